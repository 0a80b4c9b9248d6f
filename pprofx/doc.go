// Package pprofx profiles a program: over HTTP, closed to strangers, and into
// files that already exist when somebody looks for the cause of a slow minute.
//
//	p, err := pprofx.Start(
//		pprofx.WithAddress("127.0.0.1:6060"),
//		pprofx.WithDirectory("/var/lib/shop/profiles"),
//		pprofx.WithLogger(logger),
//	)
//	…
//	defer p.Close()
//
// # HTTP
//
// /debug/pprof/ serves what net/http/pprof does, for go tool pprof, go tool trace
// and scrapers: see [Profiler.Handler]. That package is not imported, and nothing
// is added to http.DefaultServeMux. A stranger gets nothing:
//
//   - The listener is a loopback address or a unix socket. Any other address is
//     refused unless there is a token ([WithToken]), with [ErrCredentials].
//   - The Host header must name this machine's loopback, the address that the
//     connection came in at, or a name of [WithHosts], so that no web page can
//     reach the listener under a DNS name of its own. Requests that a browser sends
//     for a page of another site are refused, too.
//   - Without a token, a request that did not come over loopback or a unix
//     socket, or whose headers name a proxy, is refused, wherever the handler is
//     mounted. A proxy on this machine that does not name itself cannot be told
//     from its user: set a token behind one.
//   - The command line, which may hold passwords, is not shown.
//   - Seconds, profiles at once, bytes in memory and the time that a client may
//     take to read are bounded. A profile is complete in memory before its
//     first byte is sent, so a slow client holds up nobody.
//
// # Capture
//
// With a directory, evidence is written there: by [Profiler.Capture], after a slow
// operation ([Profiler.OnSlow]), when a health check begins to fail
// ([Profiler.OnCheckChange]), and when memory or goroutines approach their limit
// ([WithMemory], [WithGoroutineLimit]). The names of the files hold the time, the
// profile, the reason and the trace id. To connect the other packages of this
// module:
//
//	instrument.WithOnSlow(func(ctx context.Context, s instrument.SlowOperation) string {
//		return p.OnSlow(ctx, s.Operation, s.Duration)
//	})
//	health.WithOnTransition(func(ctx context.Context, t health.Transition) {
//		p.OnCheckChange(ctx, pprofx.CheckChange{
//			Check: t.Name, Liveness: t.Kind&health.Liveness != 0, WasOK: t.From.OK(), OK: t.Status.OK(),
//		})
//	})
//	pprofx.WithLabels(instrument.ProfilerLabels{}) // CPU profiles that split by operation
//
// A reason that has left evidence leaves no more until its cool-down is over
// ([WithCooldown]); what happens in between refers to that evidence, but for a slow
// operation that began after its recording had ended. CPU profiles that nobody
// asked for stay within a share of the time ([WithBudget]). The directory is bounded
// in bytes and files ([WithDirectoryLimits]), and its file system is never filled
// up. Where a file cannot be written, that is counted and logged, and the program
// goes on.
//
// # Telemetry
//
// There are metrics of captures, files and requests by outcome, and of the time
// spent recording: see [docs/reference/metrics.md]. Log lines report evidence,
// with the trace of the operation that it was captured for, and refused requests:
// see [docs/reference/logs.md]. Nothing waits for the logger. While it blocks, up
// to 256 lines wait, with the time at which each was made; further lines are
// dropped and counted.
//
// [docs/reference/metrics.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md
// [docs/reference/logs.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/logs.md
package pprofx
