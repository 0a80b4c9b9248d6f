// Package otelsetup wires the telemetry of a program in one call: the records
// of wrapped stores, metrics for Prometheus, a logger, traces, metrics and logs
// over OTLP, and the metrics of the process.
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
//
// A [Telemetry] keeps everything to itself: two of them can live in one
// process, the globals of OpenTelemetry and of client_golang stay untouched
// unless [WithGlobals] or [WithPrometheusRegistry] ask for it, and nothing
// dials out unless an endpoint is configured or an exporter asked for.
//
// # Telemetry
//
// Besides the metrics of wrapped stores, a Telemetry has those of the process and of
// the Go runtime, what became of each record on its way out, what is missing from
// the pages that Prometheus scrapes, and which lines are not in the log:
// [docs/reference/metrics.md] lists them. Its own lines are in
// [docs/reference/logs.md], and it makes no spans.
//
// Memory utilisation is the memory that cannot be given back, so without the pages
// of files, as a share of the tightest limit of the control groups on the way up
// to the root, memory.high among them; without a limit it is the anonymous resident
// set as a share of the machine's memory. CPU utilisation is the highest share
// that was used, of a group's quota or processors, or by the process of GOMAXPROCS
// and the processors that it may run on. Both control group versions are known.
// Checks of package health and captures of package pprofx take the same numbers. The
// readings are taken in the background every 10 seconds, so that a scrape reads
// memory only; the first CPU value comes with the second reading, and a reading
// that is unknown or older than 30 seconds is left out. Outside Linux kvdb.memory
// is what the Go runtime holds, and memory utilisation is left out where the machine's
// memory is not known, which it is on macOS and Windows.
//
// The runtime's histogram go.schedule.duration and the process collector read
// their values at the scrape: the first from the Go runtime, the second from
// /proc. Of the histogram there are five bounds ([WithRuntimeBuckets] has all), and of
// the collector what is the process's: not the network, whose bytes are the host's.
//
// # Delivery
//
// Spans and log records wait in a queue for each exporter, 2,048 at most, and
// nobody waits for a receiver: what finds the queue full is dropped and counted.
// Every record is counted once, as delivered or as lost ([Telemetry.Losses]). The
// first export that fails, what is still failing after a minute, and the
// recovery are lines of the log, in JSON only, so that a failure does not feed
// on itself; with [WithGlobals] so is what the SDK itself has to say.
//
// One bad record costs itself. Text that is not UTF-8, which would end the export
// of all that is sent with it, gets U+FFFD for what is wrong; it is counted and, now
// and then, a line of the log. What cannot be mended is left out and counted as
// invalid. An export that the receiver finds too large is sent in halves, until what
// has no room in any request is given up alone.
//
// What the program hands in costs itself, too. A callback of an instrument that
// returns an error, panics or takes longer than 2 seconds costs what it observes,
// and one that hangs is not called again before it is back; a span processor that
// panics does not see that span, and a sampler that does leaves it out. Each is
// counted in kvdb.callback.failures and, now and then, a line of the log.
//
// Metrics reach Prometheus and OTLP side by side, each with its own temporality.
// All points of an OTLP export have one time, which is later than that of the
// export before by a millisecond at least, so that Prometheus 3 takes every push
// (start it with --web.enable-otlp-receiver, and set
// OTEL_EXPORTER_OTLP_METRICS_ENDPOINT to its /api/v1/otlp/v1/metrics).
// With [WithNativeHistograms] the durations of operations are native histograms,
// too, for a Prometheus that ingests them.
//
// # Environment
//
// Options win over variables, and the variables of one signal over the general
// ones. A variable that is set, malformed and not without effect is an error of
// [Start], which names it, unless [WithLenientEnvironment] asks to go on.
// [docs/guides/environment.md] lists all that are read. Without any of them, and
// without options that ask for it, nothing is exported.
//
// [docs/reference/metrics.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/metrics.md
// [docs/reference/logs.md]: https://github.com/otelkv/otelkv/blob/main/docs/reference/logs.md
// [docs/guides/environment.md]: https://github.com/otelkv/otelkv/blob/main/docs/guides/environment.md
package otelsetup
