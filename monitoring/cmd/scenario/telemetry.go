package scenario

import (
	"fmt"
	"strconv"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

func telemetryScenarios() []scenario {
	// telling is a program that says how long it has been there.
	telling := func(instance, values string) []lane {
		return []lane{
			of(instance, catalog.Uptime, values),
			of(instance, catalog.ScrapeFailures, values, catalog.Gatherer, "telemetry", catalog.ErrorType, "timeout"),
		}
	}
	started := func(instance, values string) lane { return of(instance, catalog.ProcessStartTime, values) }
	exported := func(instance, values, kind string) lane {
		return of(instance, catalog.SpanExported, values, catalog.ComponentType, "otlp_http_span_exporter", catalog.ComponentName, "otlp_http_span_exporter/0", catalog.ErrorType, kind)
	}
	dropped := func(instance, values, reason string) lane {
		return of(instance, catalog.LogDropped, values, catalog.LogReason, reason)
	}
	const day = 24 * 60
	var shortLives []lane
	for i := range 12 {
		shortLives = append(shortLives, telling(strconv.Itoa(i), join(none(6*i+1), still(20, 1)))...)
	}
	return []scenario{
		{ // four starts, and two
			alert: "KVRestarting", shows: []string{fires, below, resolves, oneOfMany, missing},
			series: append(present(60, a, b, c),
				started(a, join(still(100, 10), still(700, 2), none(1), still(880, 2), still(1000, 45))),
				started(b, join(still(100, 10), still(700, 4), still(940, 46))), started(c, still(100, 60))),
			checks: []check{{9, ""}, {14, ""}, {16, "critical@a:1"}, {45, ""}},
		},
		{ // five minutes between the end and the next start, and a quarter of an hour; then it is mended
			alert: "KVRestarting", shows: []string{fires, below, resolves, missing},
			series: append(lanes(telling(a, join(backOff(12, 1, 5), still(1, 120))), telling(b, rising(0, 60, 200))),
				started(a, join(backOff(12, 1, 5), still(80, 120))), started(b, backOff(12, 15, 0))),
			checks: []check{{15, ""}, {29, ""}, {31, "critical@a:1"}, {50, "critical@a:1"}, {75, "critical@a:1"}, {105, ""}, {170, ""}},
		},
		{ // the same over OTLP
			alert: "KVRestarting", shows: []string{fires, missing, resolves},
			series: shortLives, checks: []check{{15, ""}, {28, ""}, {45, "critical"}, {70, "critical"}, {110, ""}},
		},
		{ // over OTLP each start is another instance
			alert: "KVRestarting", shows: []string{fires, missing, resolves},
			series: lanes(
				telling("1", rising(0, 60, 3)), telling("2", join(none(3), rising(0, 60, 3))), telling("3", join(none(6), rising(0, 60, 3))),
				telling("4", join(none(9), rising(0, 60, 60)))),
			checks: []check{{8, ""}, {15, "critical"}, {40, ""}},
		},
		{ // one deployment of three instances over OTLP
			alert: "KVRestarting", shows: []string{below, oneOfMany},
			series: lanes(
				telling("1", rising(5e5, 60, 10)), telling("2", rising(5e5, 60, 11)), telling("3", rising(5e5, 60, 12)),
				telling("4", join(none(10), rising(0, 60, 40))), telling("5", join(none(11), rising(0, 60, 40))), telling("6", join(none(12), rising(0, 60, 40)))),
			checks: []check{{12, ""}, {20, ""}, {40, ""}},
		},
		{ // down, up without our metrics, and well; another one was never ours
			alert: "KVTelemetryAbsent", shows: []string{fires, resolves, oneOfMany, missing},
			series: append(lanes(telling(a, join(rising(0, 60, 10), "stale", none(19), rising(0, 60, 40))), telling(b, rising(0, 60, 70)), telling(c, join(rising(0, 60, 50), "stale"))),
				up(a, join(still(1, 10), still(0, 20), still(1, 40))), up(b, still(1, 70)), up(c, still(1, 70)), up("d:1", still(0, 70))),
			checks: []check{{9, ""}, {13, ""}, {16, "critical@a:1"}, {29, "critical@a:1"}, {40, ""}, {65, "critical@c:1"}},
		},
		{ // a target that was taken away; a store that was closed
			alert: "KVTelemetryAbsent", shows: []string{resolves},
			series: append(lanes(telling(a, join(rising(0, 60, 10), "stale")), telling(b, rising(0, 60, 60)), present(10, b)), up(a, join(still(1, 10), "stale")), up(b, still(1, 60))),
			checks: []check{{9, ""}, {20, ""}, {50, ""}},
		},
		{ // the only instance is down: it is missed once, and not as a service, too
			alert: "KVTelemetryAbsent", shows: []string{fires},
			series: append(telling(a, join(rising(0, 60, 10), "stale")), up(a, join(still(1, 10), still(0, 50)))),
			checks: []check{{9, ""}, {20, "critical@a:1"}, {55, "critical@a:1"}},
		},
		{ // over OTLP the last of two instances stops
			alert: "KVTelemetryAbsent", shows: []string{fires, resolves, missing},
			series: lanes(telling(a, rising(0, 60, 10)), telling(b, rising(0, 60, 20))),
			checks: []check{{19, ""}, {24, ""}, {31, "critical"}, {70, "critical"}, {100, ""}},
		},
		{ // over OTLP one of two environments stops
			alert: "KVTelemetryAbsent", shows: []string{fires},
			series: []lane{of(a, catalog.InFlight, still(0, 10), "env", "prod"), of(b, catalog.InFlight, still(0, 60), "env", "dev")},
			checks: []check{{9, ""}, {13, ""}, {25, "critical"}},
		},
		{
			alert: "KVTelemetryLossy", shows: []string{fires, resolves, oneOfMany, missing},
			series: []lane{
				exported(a, join(none(10), rising(100, 100, 30), still(3100, 40)), "timeout"), exported(a, rising(0, 100, 80), ""),
				exported(b, rising(0, 100, 80), ""), dropped(b, join(still(0, 10), rising(0, 9, 30), still(261, 40)), catalog.OutputStalled),
				exported(c, rising(0, 100, 80), ""), dropped(c, rising(0, 50, 80), catalog.Sampling),
			},
			checks: []check{{9, ""}, {25, "warning@a:1 warning@b:1"}, {60, ""}},
		},
		{
			alert: "KVTelemetryLossy", shows: []string{reset},
			series: []lane{dropped(a, join(still(90, 20), still(0, 20)), catalog.OutputFailed), dropped(b, join(still(0, 20), still(7, 20)), catalog.OutputFailed)},
			checks: []check{{19, ""}, {25, ""}, {39, ""}},
		},
		{alert: "KVWatchdog", shows: []string{fires}, checks: []check{{0, "none"}, {day, "none"}}},
	}
}

// backOff is the time of the last start, of so many: after each, a program is seen for some
// minutes, and not for others.
func backOff(starts, seen, gone int) string {
	var parts []string
	for i := range starts {
		parts = append(parts, still(float64(10+i), seen))
		if gone > 0 {
			parts = append(parts, "stale", none(gone-1))
		}
	}
	return join(parts...)
}

func healthScenarios() []scenario {
	ready := func(instance, probe, values string) lane {
		return of(instance, catalog.HealthReady, values, catalog.Probe, probe)
	}
	unknown := func(instance, check, kind, values string) lane {
		return of(instance, catalog.HealthCheckStatus, values, catalog.CheckName, check, catalog.CheckKind, kind, catalog.CheckState, "unknown")
	}
	stateScenarios := func(alert, severity string, series func(instance, values string) []lane, bad, good float64, wait, keep int) []scenario {
		return []scenario{
			{
				alert: alert, shows: []string{fires, below, resolves, oneOfMany},
				series: lanes(series(a, join(still(good, 10), still(bad, wait+5), still(good, 20+keep))),
					series(b, join(still(good, 10), still(bad, wait-1), still(good, 20+keep))), series(c, still(good, 60))),
				checks: []check{{9, ""}, {8 + wait, ""}, {12 + wait, severity + "@a:1"}, {17 + wait + keep, ""}},
			},
			{ // a scrape is missed, then the program is gone
				alert: alert, shows: []string{missing},
				series: series(a, join(still(bad, wait-2), none(3), still(bad, 10), "stale")),
				checks: []check{{wait + 1, severity + "@a:1"}, {wait + 10, severity + "@a:1"}, {wait + 30 + keep, ""}},
			},
			{ // an instance drains for two scrapes, ends, and is no target any more
				alert: alert, shows: []string{missing},
				series: append(series(a, join(still(good, 8), still(bad, 2), "stale")), up(a, join(still(1, 10), "stale"))),
				checks: []check{{7 + wait, ""}, {8 + wait, ""}, {9 + wait, ""}, {10 + wait, ""}, {12 + wait, ""}},
			},
		}
	}
	return append(append(
		stateScenarios("KVNotReady", "critical", func(instance, values string) []lane {
			return []lane{ready(instance, "readiness", values), ready(instance, "liveness", still(1, 60)), ready(instance, "startup", fmt.Sprintf("%dx59", 0))}
		}, 0, 1, 8, 2),
		stateScenarios("KVCheckUnknown", "warning", func(instance, values string) []lane {
			return []lane{unknown(instance, "disk", "startup", values), unknown(instance, "database", "readiness", still(0, 60))}
		}, 1, 0, 10, 2)...), scenario{
		alert: "KVCheckUnknown", shows: []string{fires},
		series: []lane{unknown(a, "database", "startup|readiness", join(still(0, 10), still(1, 20))), unknown(b, "loop", "liveness", still(0, 30))},
		checks: []check{{13, ""}, {15, "critical@a:1"}, {25, "critical@a:1 warning@a:1"}},
	})
}
