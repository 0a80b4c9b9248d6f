// Package observe gives a program all of its observability in one call:
// telemetry, probes, profiles, and one HTTP address that serves them.
//
//	store, obs, err := observe.Wrap(ctx, engine, observe.WithServiceName("shop"))
//	if err != nil {
//		return err
//	}
//	…
//	<-ctx.Done() // SIGTERM, by signal.NotifyContext
//	stop()       // a second one ends the program at once
//	return errors.Join(obs.Drain(ctx), store.Close(), obs.Shutdown(ctx))
//
// A program with several stores, or with none, calls [Start], and then
// [Observer.Wrap] for each store.
//
// It joins packages that can each be used alone, and every part can be replaced:
//
//   - otelsetup: metrics, traces and logs, for Prometheus and OTLP; see
//     [WithTelemetry] and [WithTelemetryOptions]
//   - instrument: what a store does; see [WithStoreOptions]
//   - health: probes, from checks of the stores, of the memory and of the log;
//     see [WithHealth], [WithHealthOptions], [WithChecks] and [WithStoreChecks]
//   - pprofx: profiles on a loopback address of their own, and evidence of slow
//     operations and failing checks in a directory; see [WithProfiles],
//     [WithDirectory], [WithProfiler] and [WithProfilerOptions]
//
// # HTTP
//
//   - /metrics, for Prometheus
//   - /healthz and /livez, /readyz, /readyz/{check}, /startupz, for orchestrators
//   - /loglevel, to read and to change the level of the log
//   - /, a list of these
//
// By default they are served at 127.0.0.1:9464, the address that OpenTelemetry
// gives to an exporter for Prometheus, or at OTEL_EXPORTER_PROMETHEUS_HOST and
// OTEL_EXPORTER_PROMETHEUS_PORT; see [WithAddress]. [WithWebConfigFile] adds TLS and
// passwords. [WithMux] puts them into a mux of the program's own.
//
// A stranger learns what the metrics tell, and whether the program is alive and
// ready. The texts of errors, the place of profiles and /loglevel are for
// [WithTrusted], which by default is this machine, and so is what the program adds
// with [Observer.Trusted]. Requests have time-outs, and at
// most 256 connections are open at once.
//
// Nothing global is touched: two Observers can live in one process. The signals
// are the program's own.
//
// The first line of the log says what is observed and where. "observing ended" says
// why the program has ended and how long that took. Then the telemetry is flushed, and
// only lines on what was not delivered follow.
package observe
