package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Long are scenarios of days, which promtool takes minutes for. monitoring/proof/scenarios
// evaluates them.
func Long() []Scenario { return append(burnScenarios(), usualScenarios()...) }

// A stretch is so many minutes of so many operations, a share of which is bad.
type stretch struct {
	minutes int
	calls   float64 // a minute
	bad     float64
}

// counted are counters of all operations that are well, and of those that are bad.
func counted(stretches []stretch) (well, badly string) {
	var good, bad float64
	var wells, bads strings.Builder
	for _, s := range stretches {
		for range s.minutes {
			good, bad = good+s.calls*(1-s.bad), bad+s.calls*s.bad
			fmt.Fprintf(&wells, "%.4f ", good)
			fmt.Fprintf(&bads, "%.4f ", bad)
		}
	}
	return wells.String(), bads.String()
}

// burnScenarios spend a budget in each pair of windows. Some are of services that are hardly older
// than half a day, whose long windows have no more to look at.
func burnScenarios() (all []Scenario) {
	const hour, day = 60, 24 * 60
	const many = 100000
	clean := func(minutes int) stretch { return stretch{minutes, many, 0} }
	for _, of := range []struct {
		checks    []check
		stretches []stretch
	}{
		// 14.4 times as fast, for an hour.
		{[]check{{12*hour + 30, ""}, {13 * hour, "critical"}}, []stretch{clean(12 * hour), {hour, many, 0.02}, {15, many, 0.01}, clean(2 * hour)}},
		{[]check{{13 * hour, ""}}, []stretch{clean(12 * hour), {hour, many, 0.0135}, clean(2 * hour)}},
		// The same with twelve errors in five minutes, and with eight.
		{[]check{{12*hour + 58, "critical"}}, []stretch{{12 * hour, 120, 0}, {hour, 120, 0.02}, {2 * hour, 120, 0}}},
		{[]check{{12*hour + 58, ""}}, []stretch{{12 * hour, 80, 0}, {hour, 80, 0.02}, {2 * hour, 80, 0}}},
		// Six times, for six hours; it pauses, and goes on.
		{[]check{{17*hour + 50, "critical"}}, []stretch{clean(12 * hour), {6 * hour, many, 0.008}, clean(15), {2 * hour, many, 0.008}, {hour, many, 0.005}, clean(hour)}},
		{[]check{{17*hour + 50, "warning"}}, []stretch{clean(12 * hour), {6 * hour, many, 0.0057}, clean(2 * hour)}},
		{[]check{{17*hour + 50, "critical"}}, []stretch{{12 * hour, 50, 0}, {6 * hour, 50, 0.008}, {2 * hour, 50, 0}}},
		{[]check{{17*hour + 50, "warning"}}, []stretch{{12 * hour, 25, 0}, {6 * hour, 25, 0.008}, {2 * hour, 25, 0}}},
		// Three times, for a day.
		{[]check{{3*day + 12*hour, ""}, {4*day - 1, "warning"}}, []stretch{clean(3 * day), {day, many, 0.004}, clean(hour), {6 * hour, many, 0.004}, {12 * hour, many, 0.002}, clean(day)}},
		{[]check{{4*day - 1, ""}}, []stretch{clean(3 * day), {day, many, 0.0028}, clean(day)}},
		{[]check{{4*day - 1, "warning"}}, []stretch{{3 * day, 25, 0}, {day, 25, 0.004}, {day, 25, 0}}},
		{nil, []stretch{{3 * day, 16, 0}, {day, 16, 0.004}, {day, 16, 0}}},
		// As fast as it may, for three days.
		{[]check{{5 * day, ""}, {7*day - 1, "warning"}}, []stretch{clean(4 * day), {3 * day, many, 0.0012}, clean(3 * hour), {12 * hour, many, 0.0012}, {12 * hour, many, 0.0007}, clean(day)}},
		{[]check{{7*day - 1, ""}}, []stretch{clean(4 * day), {3 * day, many, 0.00095}, clean(day)}},
		{[]check{{7*day - 1, "warning"}}, []stretch{{4 * day, 30, 0}, {3 * day, 30, 0.0012}, {day, 30, 0}}},
		{[]check{{7*day - 1, ""}}, []stretch{{4 * day, 18, 0}, {3 * day, 18, 0.0012}, {day, 18, 0}}},
		// Somebody was paged, and it goes on more slowly.
		{nil, []stretch{clean(day), {2 * hour, many, 0.1}, {12 * hour, many, 0.004}, clean(day)}},
	} {
		well, badly := counted(of.stretches)
		all = append(all,
			scenario{alert: "KVErrorBudgetBurn", series: calls(a, well, badly), checks: of.checks},
			scenario{alert: "KVLatencyBudgetBurn", series: durations(a, well, badly), checks: of.checks})
	}
	return all
}

// durations are operations in classic buckets that are within the objective, and not.
func durations(instance, quick, slow string) []lane {
	m, get := catalog.OperationDuration, string(catalog.Get)
	series := func(suffix, values string, labels ...string) lane {
		l := on(instance, m, values, append(labels, catalog.OperationName, get)...)
		l.name = m.PrometheusName() + suffix + l.name[len(m.PrometheusName()):]
		return l
	}
	everything := plus(quick, slow)
	return []lane{series("_bucket", quick, "le", "0.1"), series("_bucket", everything, "le", "0.5"), series("_bucket", everything, "le", "+Inf"), series("_count", everything)}
}

// plus adds two counters up.
func plus(one, two string) string {
	a, b := strings.Fields(one), strings.Fields(two)
	for i := range a {
		x, _ := strconv.ParseFloat(a[i], 64)
		y, _ := strconv.ParseFloat(b[i], 64)
		a[i] = strconv.FormatFloat(x+y, 'f', -1, 64)
	}
	return strings.Join(a, " ")
}

// usualScenarios are about what traffic was usual.
func usualScenarios() (all []Scenario) {
	const hour = 60
	for _, of := range []struct {
		checks    []check
		stretches []stretch // of calls a second
	}{
		{[]check{{4*hour + 20, "warning"}}, []stretch{{4 * hour, 15, 0}, {hour, 3, 0}}},
		// A day with a night of 40, or 20.
		{[]check{{18*hour + 20, "warning"}}, []stretch{{12 * hour, 300, 0}, {6 * hour, 40, 0}, {hour, 5, 0}}},
		{[]check{{15*hour + 20, ""}}, []stretch{{6 * hour, 300, 0}, {9 * hour, 20, 0}, {hour, 5, 0}}},
		{[]check{{17*hour + 20, ""}}, []stretch{{3 * hour, 300, 0}, {14 * hour, 20, 0}, {hour, 5, 0}}},
		{[]check{{36*hour + 20, "warning"}}, []stretch{{10 * hour, 300, 0}, {26 * hour, 20, 0}, {hour, 5, 0}}},
		// A batch of more than two hours, and one that stays.
		{[]check{{8*hour + 30, ""}}, []stretch{{6 * hour, 40, 0}, {135, 100, 0}, {hour, 40, 0}}},
		{[]check{{9*hour + 50, "warning"}}, []stretch{{6 * hour, 3, 0}, {3*hour + 30, 100, 0}, {hour, 30, 0}}},
		{[]check{{10*hour + 70, "warning"}}, []stretch{{10 * hour, 5, 0}, {55, 100, 0}, {hour, 2, 0}}},
		{nil, []stretch{{6 * hour, 100, 0}, {3 * hour, 20, 0}}},
	} {
		for i := range of.stretches {
			of.stretches[i].calls *= 60
		}
		well, _ := counted(of.stretches)
		all = append(all, scenario{
			alert: "KVTrafficDropped", checks: of.checks,
			series: []lane{on(a, catalog.Requests, well, catalog.OperationName, string(catalog.Get), catalog.OutcomeAttribute, string(catalog.OK))},
		})
	}
	return all
}
