// Package health answers an orchestrator's three questions about a program:
// has it started, is it alive, should it get traffic.
//
//	h, err := health.New(health.WithLogger(logger), health.WithChecks(
//		health.Ping("database", store),
//		health.ReplicationLag("replication", store, nil),
//		health.Disk("disk", dir, nil),
//	))
//	…
//	defer h.Close()
//	h.Mount(mux) // /healthz, /readyz, /readyz/{check}, /startupz
//
// A [Check] is a function that is run in the background, by a goroutine of its
// own, on its own interval. A probe request runs nothing: it reads the last
// results from memory, so any number of probes cost what they watch nothing,
// and one check that hangs delays neither a probe nor another check. What is
// not known counts as failing: a check that has not run yet, whose last result
// is too old, or whose function does not come back.
//
// Liveness is about the program, not about what it depends on, because a
// restart mends no dependency: it fails when a loop of the program stops to
// call [Heartbeat.Beat], or a check that was registered for it fails.
//
// # Telemetry
//
// Metrics tell what each probe answers, and of each check and each heartbeat its
// state, how long the last run took and how old the last result, or the last beat,
// is: see [docs/reference/metrics.md]. A value that does not exist yet is left out.
//
// Lines tell of checks that change, are slow, panic or come back, and of draining:
// see [docs/reference/logs.md]. Nothing waits for the logger. While it does not return, up to 256 lines
// wait for it, each with the time at which it was made; further ones are dropped and
// counted. A logger that panics costs that line.
//
// [docs/reference/metrics.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md
// [docs/reference/logs.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/logs.md
package health
