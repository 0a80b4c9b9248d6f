package scenario

import (
	"strconv"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// guardScenarios have a few bad operations more than nothing is said of, and a few less.
func guardScenarios() (all []scenario) {
	outcome := func(o catalog.Outcome, operation catalog.Operation, instance, well, badly string) []lane {
		return []lane{
			on(instance, catalog.Requests, well, catalog.OperationName, string(operation), catalog.OutcomeAttribute, string(catalog.OK)),
			on(instance, catalog.Requests, badly, catalog.OperationName, string(operation), catalog.OutcomeAttribute, string(o)),
		}
	}
	few := func(perMinute float64) string {
		return join(still(0, 10), rising(perMinute, perMinute, 30), still(30*perMinute, 40))
	}
	for alert, is := range map[string]struct {
		outcome   catalog.Outcome
		operation catalog.Operation
	}{"KVCanceledHigh": {catalog.Canceled, catalog.Get}, "KVConflictsHigh": {catalog.Conflict, catalog.CompareAndSwap}} {
		all = append(all, scenario{
			alert: alert, shows: []string{fires, below, lowTraffic},
			series: lanes(outcome(is.outcome, is.operation, a, rising(0, 10, 80), few(2.4)), outcome(is.outcome, is.operation, b, rising(0, 10, 80), few(1.6))),
			checks: []check{{9, ""}, {35, "warning@a:1"}, {60, ""}},
		})
	}
	engineFailed := func(instance string, operation catalog.Operation, values string) lane {
		return on(instance, catalog.Errors, values, catalog.OperationName, string(operation), catalog.ErrorType, string(catalog.ErrEngineFailed))
	}
	all = append(all,
		scenario{
			alert: "KVErrorRatioHigh", shows: []string{fires, below, lowTraffic},
			series: lanes(calls(a, rising(0, 20, 80), few(2.4)), calls(b, rising(0, 20, 80), few(1.6))),
			checks: []check{{9, ""}, {35, "critical@a:1"}, {60, ""}},
		},
		scenario{ // operations say that the engine has failed
			alert: "KVEngineFailed", shows: []string{fires, resolves, oneOfMany},
			series: []lane{
				engineFailed(a, catalog.Get, join(still(0, 10), rising(1, 1, 5), still(5, 30))),
				engineFailed(a, catalog.Put, still(3, 45)), engineFailed(b, catalog.Get, still(3, 45)),
			},
			checks: []check{{9, ""}, {13, "critical@a:1"}, {25, "critical@a:1"}, {44, ""}},
		})
	return append(all, liveScenarios()...)
}

// liveScenarios are instances that push and end when they are hardly four minutes old, or
// six and a half.
func liveScenarios() (all []scenario) {
	lives := func(minutes int) (series []lane) {
		for i := range 5 {
			id := strconv.Itoa(i)
			series = append(series, of(id, catalog.Uptime, join(none((minutes+1)*i+1), rising(30, 60, minutes), "stale")),
				of(id, catalog.ScrapeFailures, join(none((minutes+1)*i+1), still(0, minutes), "stale"), catalog.Gatherer, "telemetry", catalog.ErrorType, "timeout"))
		}
		return series
	}
	return []scenario{
		{
			alert: "KVRestarting", shows: []string{fires, resolves},
			series: lives(4), checks: []check{{10, ""}, {26, "critical"}, {60, ""}},
		},
		{
			alert: "KVRestarting", shows: []string{below},
			series: lives(7), checks: []check{{20, ""}, {40, ""}, {60, ""}},
		},
	}
}
