// Package otelsetup wires the telemetry of a program in one call: the records of
// wrapped stores, metrics for Prometheus, a logger, traces, metrics and logs over
// OTLP, and the metrics of the process.
//
//	tel, err := otelsetup.Start(ctx, otelsetup.WithServiceName("checkout"))
//	if err != nil {
//		return err
//	}
//	defer tel.Shutdown(context.Background())
//
//	store, err := instrument.Wrap(engine, instrument.WithTelemetry(tel))
//	…
//	http.Handle("/metrics", tel.MetricsHandler())
//	tel.Logger().Info("order placed", otelsetup.Context(ctx))
//	slog.New(tel.SlogHandler()).InfoContext(ctx, "order placed")
//
// A [Telemetry] keeps everything to itself: two of them can live in one process,
// the globals of OpenTelemetry and of client_golang stay untouched unless
// [WithGlobals] or [WithPrometheusRegistry] ask for it, and nothing dials out
// unless an endpoint is configured or an exporter asked for.
//
// # Telemetry
//
// Besides the metrics of wrapped stores, a Telemetry has those of the process and
// the Go runtime, of what became of each record on its way out, of what is missing
// from the pages that Prometheus scrapes, and of the lines that are not in the
// log: [docs/reference/metrics.md] lists them. [docs/reference/logs.md] lists its
// own lines. It makes no spans.
//
// Memory utilisation is the memory that cannot be given back, which excludes the
// pages of files, as a share of the tightest limit of the control groups on the
// way up to the root, including memory.high. Without a limit it is the anonymous
// resident set as a share of the machine's memory. CPU utilisation is the highest
// share that was used, of a group's quota or processors, or by the process of
// GOMAXPROCS and the processors that it may run on. Both control group versions
// are known. Checks of package health and captures of package pprofx use the same
// numbers. The readings are taken in the background every 10 seconds, so that a
// scrape reads memory only; the first CPU value comes with the second reading, and
// a reading that is unknown or older than 30 seconds is left out. Outside Linux
// kvdb.memory is what the Go runtime holds, and memory utilisation is left out
// where the machine's memory is not known, which it is on macOS and Windows.
//
// The runtime's histogram go.schedule.duration and the process collector read
// their values at the scrape: the first from the Go runtime, the second from
// /proc. The histogram has five bounds ([WithRuntimeBuckets] gives all of them).
// The collector shows only what is the process's: not the network, whose bytes are
// the host's.
//
// # Delivery
//
// Spans and log records wait in a queue for each exporter, 2,048 at most. Nobody
// waits for a receiver: a record that finds the queue full is dropped and counted.
// Every record is counted once, as delivered or as lost ([Telemetry.Losses]). The
// log has a line when exports begin to fail, each minute that they go on failing,
// and when they recover. These are in JSON only, so that a failure does not feed
// on itself. With [WithGlobals], messages of the SDK itself are logged in the same
// way.
//
// One bad record costs only itself. Text that is not UTF-8 would end the export of
// everything that is sent with it, so its bad bytes become U+FFFD; that is counted
// and, now and then, logged. What cannot be repaired is left out and counted as
// invalid. An export that is too large for the receiver is sent in halves, until
// only what fits into no request is given up.
//
// The same holds for what the program hands in. A callback of an instrument that
// returns an error, panics or takes longer than 2 seconds loses what it observed,
// and one that hangs is not called again before it has returned. A span processor
// that panics misses that span; a sampler that panics drops it. Each of these is
// counted in kvdb.callback.failures and, now and then, logged.
//
// Metrics reach Prometheus and OTLP side by side, each with its own temporality.
// All points of an OTLP export have the same time, at least a millisecond after
// that of the export before, so that Prometheus 3 accepts every push (start it
// with --web.enable-otlp-receiver, and set OTEL_EXPORTER_OTLP_METRICS_ENDPOINT to
// its /api/v1/otlp/v1/metrics). With [WithNativeHistograms] the durations of
// operations are also native histograms, for a Prometheus that ingests them.
//
// # Environment
//
// Options win over variables, and the variables of one signal over the general
// ones. A variable that is set, has an effect and is malformed is an error of
// [Start], which names it, unless [WithLenientEnvironment] asks to go on.
// [docs/guides/environment.md] lists all that are read. Without any of them, and
// without options that ask for it, nothing is exported.
//
// [docs/reference/metrics.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md
// [docs/reference/logs.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/logs.md
// [docs/guides/environment.md]: https://github.com/otelkv/otelkv/blob/main/docs/guides/environment.md
package otelsetup
