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
// Besides the metrics of wrapped stores, which package instrument lists, a
// Telemetry has:
//
//	kvdb.memory       By      gauge    kvdb_memory_bytes       resident set of the process
//	kvdb.utilization  1       gauge    kvdb_utilization_ratio  used share of a resource, 0 to 1, by
//	                                                           kvdb.resource: "cpu" or "memory"
//	kvdb.log.dropped  {line}  counter  kvdb_log_dropped_total  lines that are not in the log, by
//	                                                           kvdb.log.reason: "output_stalled",
//	                                                           "output_failed" or "sampling"
//	kvdb.log.stalls   {stall} counter  kvdb_log_stalls_total   times that the log's output stalled or failed
//	kvdb.log.queue.size {line} gauge   kvdb_log_queue_size     lines that wait for it
//	kvdb.callback.failures {call}      kvdb_callback_failures_total
//	                           counter                         calls of the program's callbacks that failed
//	go.*                               go_*                    OpenTelemetry's metrics of the Go runtime
//	                                   process_*               client_golang's process collector
//	                                   target_info             the resource
//
// and, for each exporter of spans, data points and log records, what the
// semantic conventions define for an SDK, by otel.component.name and
// otel.component.type and, where something was lost, error.type:
//
//	otel.sdk.processor.span.processed       {span}        counter        handed to the exporter; dropped with
//	otel.sdk.processor.log.processed        {log_record}                 queue_full or already_shutdown
//	otel.sdk.processor.*.queue.size                       updowncounter  waiting or in an export
//	otel.sdk.processor.*.queue.capacity                   updowncounter
//	otel.sdk.exporter.span.exported         {span}        counter        delivered; failed with timeout, canceled,
//	otel.sdk.exporter.metric_data_point.…   {data_point}                 rejected, invalid or _OTHER
//	otel.sdk.exporter.log.exported          {log_record}
//	otel.sdk.exporter.*.inflight                          updowncounter  in an export
//	kvdb.scrape.failures                    {failure}     counter        gatherings for pages that failed or were
//	                                                                     late, by kvdb.gatherer and error.type
//	kvdb.scrape.dropped                     {series}      counter        series left out of pages, likewise
//	kvdb.export.mended                      {record}      counter        exported with U+FFFD in place of
//	                                                                     text that is not UTF-8
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
//
//	OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
//	OTEL_SDK_DISABLED               true: no spans, no metrics, no exports; operations of wrapped
//	                                stores, the JSON log and what else /metrics serves go on
//	OTEL_LOG_LEVEL                  of the SDK's own messages, with WithGlobals: none, error,
//	                                warn (the default), info or debug; the program's is WithLogLevel.
//	                                Another value is an error without WithGlobals, too
//	OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG
//	OTEL_METRICS_EXEMPLAR_FILTER    trace_based, always_off or always_on; the metrics of
//	                                stores take always_on for trace_based
//
// where each signal goes:
//
//	OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER
//
// Each is a list of otlp, console (lines on standard error) and prometheus (for
// metrics), or none. Without it a signal goes to OTLP if an endpoint is
// configured, and else nowhere; otlp in the list without an endpoint is
// http://localhost:4318, for gRPC port 4317, as the specification has it.
// [Telemetry.MetricsHandler] works with every value: who does not want to be
// scraped does not serve it. What options add, such as [WithReader] and
// [WithSpanExporter], is not affected.
//
// read when spans are exported, and with OTEL_BLRP_ for log records:
//
//	OTEL_BSP_SCHEDULE_DELAY, OTEL_BSP_EXPORT_TIMEOUT,
//	OTEL_BSP_MAX_QUEUE_SIZE (at most 1,000,000), OTEL_BSP_MAX_EXPORT_BATCH_SIZE
//
// when metrics are:
//
//	OTEL_METRIC_EXPORT_INTERVAL, OTEL_METRIC_EXPORT_TIMEOUT
//
// read for an OTLP exporter; each also as OTEL_EXPORTER_OTLP_TRACES_…,
// …_METRICS_… and …_LOGS_…:
//
//	OTEL_EXPORTER_OTLP_ENDPOINT
//	OTEL_EXPORTER_OTLP_PROTOCOL     http/protobuf (the default) or grpc; for traces also http/json
//	OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION, _INSECURE,
//	_CERTIFICATE, _CLIENT_CERTIFICATE, _CLIENT_KEY
//	OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
//	OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION (not for the metrics of stores)
//
// The OpenTelemetry SDK itself reads, without a check here, the span and log
// record limits (OTEL_SPAN_…_LIMIT, OTEL_ATTRIBUTE_…_LIMIT, OTEL_EVENT_…_LIMIT,
// OTEL_LINK_…_LIMIT, OTEL_LOGRECORD_…_LIMIT) and its experimental OTEL_GO_X_…
// switches; the OTLP exporters honour HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
package otelsetup
