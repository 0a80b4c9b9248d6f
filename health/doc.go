// Package health answers an orchestrator's three questions about a program: has it
// started, is it alive, should it get traffic?
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
// A [Check] is a function that runs in the background, in its own goroutine and at
// its own interval. A probe runs no checks: it reads their last results from
// memory. So probes cost nothing, however many there are, and a check that hangs
// delays neither a probe nor another check. An unknown result counts as a failure:
// that of a check that has not run yet, whose last result is too old, or that does
// not return.
//
// Liveness is about the program, not its dependencies, which a restart would not
// mend. It fails when a loop of the program stops calling [Heartbeat.Beat], or
// when a check that was registered for liveness fails.
//
// # Telemetry
//
// There are metrics of what each probe answers and, for each check and heartbeat,
// of its state, the duration of its last run, and the age of its last result or
// beat: see [docs/reference/metrics.md]. A value that does not exist yet is left
// out.
//
// Log lines report checks that change, are slow, panic or return late, and
// draining: see [docs/reference/logs.md]. Nothing waits for the logger. While it
// blocks, up to 256 lines wait, with the time at which each was made; further
// lines are dropped and counted. A logger that panics loses that line only.
//
// [docs/reference/metrics.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md
// [docs/reference/logs.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/logs.md
package health
