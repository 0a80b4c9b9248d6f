package scenario

import (
	"fmt"
	"math"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// shareOf are the scenarios of an alert on the share of an outcome, in percent.
func shareOf(alert string, outcome catalog.Outcome, operation catalog.Operation, percent float64) []scenario {
	calls := func(instance, well, badly string) []lane {
		return []lane{
			on(instance, catalog.Requests, well, catalog.OperationName, string(operation), catalog.OutcomeAttribute, string(catalog.OK)),
			on(instance, catalog.Requests, badly, catalog.OperationName, string(operation), catalog.OutcomeAttribute, string(outcome)),
		}
	}
	above, under := 10*percent+20, 10*percent-10
	return []scenario{
		{
			alert: alert, shows: []string{fires, below, resolves, oneOfMany},
			series: lanes(
				calls(a, rising(0, 1000-above, 70), join(still(0, 10), rising(0, above, 20), still(19*above, 40))),
				calls(b, rising(0, 1000-under, 70), rising(0, under, 70)), calls(c, rising(0, 1000, 70), still(0, 70))),
			checks: []check{{9, ""}, {15, ""}, {28, "warning@a:1"}, {50, ""}},
		},
		{
			alert: alert, shows: []string{lowTraffic, reset, missing},
			series: lanes(calls(a, still(0, 60), rising(0, 1, 60)),
				calls(b, join(rising(5e6, 1000, 20), rising(0, 1000, 40)), join(still(4e6, 20), still(0, 40))),
				calls(c, rising(0, 1000, 60), none(60))),
			checks: []check{{15, ""}, {21, ""}, {40, ""}, {59, ""}},
		},
	}
}

// counting is a counter that adds what a rate says at each minute, a second.
func counting(minutes int, perSecond func(minute int) float64) string {
	var b strings.Builder
	total := 0.0
	for i := range minutes {
		total += 60 * perSecond(i)
		fmt.Fprintf(&b, "%.0f ", total)
	}
	return b.String()
}

func trafficScenarios() []scenario {
	const hour, day = 60, 24 * 60
	gets := func(instance, values string) lane {
		return on(instance, catalog.Requests, values, catalog.OperationName, string(catalog.Get), catalog.OutcomeAttribute, string(catalog.OK))
	}
	traffic := func(lanes ...lane) []lane { return lanes }
	all := []scenario{
		{
			alert: "KVTrafficDropped", shows: []string{fires, resolves},
			series: traffic(gets(a, counting(6*hour, func(m int) float64 {
				if m >= 2*hour && m < 2*hour+30 {
					return 3
				}
				return 50
			}))),
			checks: []check{{2*hour - 1, ""}, {2*hour + 20, "warning"}, {2*hour + 40, ""}, {5 * hour, ""}},
		},
		{
			alert: "KVTrafficDropped", shows: []string{below},
			series: traffic(gets(a, counting(6*hour, func(m int) float64 {
				if m >= 2*hour {
					return 26
				}
				return 50
			}))),
			checks: []check{{2*hour + 20, ""}, {3 * hour, ""}},
		},
		{ // little traffic ends; one of three instances has none any more
			alert: "KVTrafficDropped", shows: []string{lowTraffic, oneOfMany},
			series: traffic(gets(a, counting(4*hour, func(m int) float64 { return 9 * below1(m, 2*hour) }))),
			checks: []check{{2*hour + 20, ""}, {3 * hour, ""}},
		},
		{
			alert: "KVTrafficDropped", shows: []string{oneOfMany},
			series: traffic(gets(a, counting(4*hour, func(m int) float64 { return 50 * below1(m, 2*hour) })),
				gets(b, rising(0, 3000, 4*hour)), gets(c, rising(0, 3000, 4*hour))),
			checks: []check{{2*hour + 20, ""}, {3 * hour, ""}},
		},
		{ // all start again; no scrape for a quarter of an hour
			alert: "KVTrafficDropped", shows: []string{reset, missing},
			series: traffic(gets(a, join(rising(5e6, 3000, 2*hour), none(2), rising(0, 3000, hour), none(15), rising(225000, 3000, hour)))),
			checks: []check{{2*hour + 2, ""}, {2*hour + 15, ""}, {3*hour + 15, ""}, {3*hour + 25, ""}, {4 * hour, ""}},
		},
	}
	// Day and night without any traffic at its end, and the end of a batch.
	var quiet []check
	for m := range day / 10 {
		quiet = append(quiet, check{10 * m, ""})
	}
	return append(append(append(all,
		scenario{
			alert: "KVTrafficDropped", shows: []string{below},
			series: traffic(gets(a, counting(day, func(m int) float64 { return 500 * (1 + math.Cos(2*math.Pi*float64(m)/day)) }))),
			checks: quiet,
		},
		scenario{
			alert: "KVTrafficDropped", shows: []string{below},
			series: traffic(gets(a, counting(day, func(m int) float64 {
				if m > 10*hour && m < 12*hour {
					return 1000
				}
				return 100
			}))),
			checks: quiet,
		},
		scenario{ // a batch, in a night that is ever quieter
			alert: "KVTrafficDropped", shows: []string{below},
			series: traffic(gets(a, counting(day, func(m int) float64 {
				rate := 2000 * math.Exp(-float64(max(m-8*hour, 0))/48)
				if m > 14*hour && m < 15*hour+10 {
					rate += 450
				}
				return rate
			}))),
			checks: quiet,
		}),
		shareOf("KVCanceledHigh", catalog.Canceled, catalog.Get, 5)...),
		shareOf("KVConflictsHigh", catalog.Conflict, catalog.CompareAndSwap, 10)...)
}

// below1 is 1 before a minute and 0 from it on.
func below1(m, end int) float64 {
	if m < end {
		return 1
	}
	return 0
}
