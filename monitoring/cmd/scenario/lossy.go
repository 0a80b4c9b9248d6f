package scenario

import "github.com/otelkv/otelkv/monitoring/catalog"

// lossyScenarios lose something of each kind, hardly anything, and not what is meant.
func lossyScenarios() []scenario {
	failed := []string{catalog.ComponentType, "x", catalog.ComponentName, "x/0", catalog.ErrorType, "timeout"}
	var all []scenario
	for _, m := range []catalog.Metric{
		catalog.SpanExported, catalog.LogRecordExported, catalog.DataPointExported, catalog.SpanProcessed, catalog.LogRecordProcessed,
	} {
		well := []string{catalog.ComponentType, "x", catalog.ComponentName, "x/0"}
		all = append(all, losing(of(a, m, join(none(10), rising(30, 30, 30), still(900, 40)), failed...), of(b, m, rising(0, 30, 80), well...)))
	}
	for _, l := range []lane{
		of(a, catalog.LogDropped, join(still(0, 10), rising(30, 30, 30), still(900, 40)), catalog.LogReason, catalog.OutputStalled),
		of(a, catalog.ScrapeFailures, join(still(0, 10), rising(30, 30, 30), still(900, 40)), catalog.Gatherer, "telemetry", catalog.ErrorType, "timeout"),
		of(a, catalog.ScrapeDropped, join(still(0, 10), rising(30, 30, 30), still(900, 40))),
	} {
		all = append(all, losing(l))
	}
	return all
}

func losing(series ...lane) scenario {
	return scenario{
		alert: "KVTelemetryLossy", shows: []string{fires, resolves}, series: series,
		checks: []check{{9, ""}, {25, "warning@a:1"}, {60, ""}},
	}
}
