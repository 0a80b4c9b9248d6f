package dashboard_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/alert"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/dashboard"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
)

// notShown says why a metric is on no panel.
var notShown = map[string]string{
	catalog.RequestLatency.Name:               "it counts the durations of db.client.operation.duration once more, in four buckets",
	catalog.OperationDurationExponential.Name: "on /metrics it is the native side of db.client.operation.duration, which is asked for by that name",
	catalog.ClockFallbacks.Name:               "it is there for a process in which that has happened, once, and a line of the log says why; durations are right before and after",
	catalog.PoolIdleMin.Name:                  "it is what somebody has chosen and does not change; idle connections are shown",
	catalog.PoolIdleMax.Name:                  "the same",
	catalog.PoolCreateTime.Name:               "only a hook on a Redis client that asks for it has it; what waits for a new connection, and attempts that fail, are shown",
	catalog.ProcessResidentMemory.Name:        "kvdb.memory is the same, and is there over OTLP, too",
	"kvdb.engine.client_cache.hits":           "only a hook on a Redis client that has a cache of its own has it, and commands, which the cache makes faster, are shown",
	"kvdb.engine.client_cache.misses":         "the same",
	"kvdb.engine.client_cache.entries":        "the same",
	"kvdb.engine.client_cache.size":           "the same, and it is part of the memory of the process, which is shown",
	catalog.GoConfigGogc.Name:                 "it is what somebody has chosen and does not change; the goal of the collector, which comes of it, is shown",
}

// metrics are those that a program with otelkv can show.
func metrics() []catalog.Metric {
	all := catalog.All()
	for _, g := range catalog.Others() {
		all = append(all, g.Metrics...)
	}
	for _, e := range engine.All() {
		all = append(all, e.Metrics()...)
	}
	for _, h := range engine.Hooks() {
		all = append(all, h.Metrics()...)
	}
	return append(all,
		catalog.Metric{Name: kvdb.StatFailovers, Unit: "{failover}", Kind: catalog.Counter, Attributes: catalog.StatsAge.Attributes},
		catalog.Metric{Name: kvdb.StatFailoverTime, Unit: "s", Kind: catalog.Counter, Attributes: catalog.StatsAge.Attributes})
}

// names are those that the series of a metric have.
func names(m catalog.Metric) []string {
	name := m.PrometheusName()
	if m.Kind == catalog.Histogram {
		return []string{name, name + "_bucket", name + "_count", name + "_sum"}
	}
	return []string{name}
}

func asked(s *dashboard.Scope) (all []selector) {
	for _, target := range s.Targets() {
		all = append(all, selectors(target.Expr)...)
	}
	for _, expr := range s.AnnotationQueries() {
		all = append(all, selectors(expr)...)
	}
	return all
}

func TestEveryMetricIsShown(t *testing.T) {
	shown := make(map[string]bool)
	for _, target := range byDefault().Targets() {
		for _, s := range selectors(target.Expr) {
			shown[s.name] = true
		}
	}
	for _, m := range metrics() {
		is := slices.ContainsFunc(names(m), func(name string) bool { return shown[name] })
		switch why := notShown[m.Name]; {
		case !is && why == "":
			t.Errorf("%s is on no panel, and nobody says why", m.Name)
		case is && why != "":
			t.Errorf("%s is on a panel, though %s", m.Name, why)
		}
	}
}

// recorded are series that the rules record, and Prometheus itself.
var recorded = []string{alert.ServiceRequests, alert.ServiceTimed, alert.ServiceSlow, "ALERTS"}

// A query asks for metrics of the catalogue alone, by labels that they have: else it is
// empty, and looks as if all were well.
func TestQueriesAskForWhatThereIs(t *testing.T) {
	labels := make(map[string][]string)
	for _, m := range metrics() {
		list := []string{alert.Job, alert.Instance}
		for _, a := range m.Attributes {
			list = append(list, catalog.PrometheusLabel(a))
		}
		switch m.Kind {
		case catalog.Histogram:
			list = append(list, "le")
		case catalog.Summary:
			list = append(list, "quantile")
		}
		for _, name := range names(m) {
			labels[name] = list
		}
	}
	for _, s := range asked(byDefault()) {
		if slices.Contains(recorded, s.name) {
			continue
		}
		list, ok := labels[s.name]
		if !ok {
			t.Errorf("there is no metric %s", s.name)
		}
		for _, l := range s.labels() {
			if ok && !slices.Contains(list, l) {
				t.Errorf("%s has no label %s", s.name, l)
			}
		}
	}
}

// A legend and a column name labels that the answer has.
func TestLegendsNameWhatIsKept(t *testing.T) {
	for _, target := range byDefault().Targets() {
		kept := kept(target.Expr)
		for part := range strings.SplitSeq(target.Legend, "{{") {
			if name, _, ok := strings.Cut(part, "}}"); ok && !kept[name] {
				t.Errorf("%q: its legend has %s, by which the query does not group:\n%s", target.Title, name, target.Expr)
			}
		}
		if target.Kind != dashboard.Table && target.Kind != dashboard.Stat && target.Legend == "" {
			t.Errorf("%q has lines without a name", target.Title)
		}
	}
}

// outermost are the labels that the answer of a query has: those of the first grouping, but
// for the bounds of a histogram, of which a quantile is made.
func outermost(expr string) []string {
	m := byLabels.FindStringSubmatch(expr)
	if m == nil {
		return nil
	}
	return slices.DeleteFunc(strings.Split(m[1], ", "), func(l string) bool { return l == "le" })
}

var byLabels = regexp.MustCompile(`by \(([^)]*)\)`)

// A series keeps no two lines of one name: what the query groups by is in the legend, but
// for the store's system, which its name tells.
func TestLegendsTellSeriesApart(t *testing.T) {
	for _, target := range byDefault().Targets() {
		if target.Kind == dashboard.Table || target.Kind == dashboard.HeatMap {
			continue
		}
		for _, label := range outermost(target.Expr) {
			if label != catalog.PrometheusLabel(catalog.SystemName) && !strings.Contains(target.Legend, "{{"+label+"}}") && target.Kind != dashboard.Stat {
				t.Errorf("%q: its legend %q does not tell series with another %s apart", target.Title, target.Legend, label)
			}
		}
	}
	for _, r := range byDefault().Rows() {
		for _, p := range r.Panels {
			if p.Kind == dashboard.Table {
				continue
			}
			seen := make(map[string]bool)
			for _, q := range p.Queries {
				if seen[q.Legend] && !strings.Contains(q.Legend, catalog.PrometheusLabel(catalog.ComponentType)) {
					t.Errorf("%q has two queries that are called %q", p.Title, q.Legend)
				}
				seen[q.Legend] = true
			}
		}
	}
}

// Events that are rare are whole ones: over the window of a rate they are fractions, and
// each is drawn several times.
func TestCountsOfEventsAreWhole(t *testing.T) {
	n := 0
	for _, target := range byDefault().Targets() {
		if !strings.Contains(target.Expr, "increase(") {
			continue
		}
		n++
		if !strings.HasPrefix(target.Expr, "round(") || strings.Contains(target.Expr, dashboard.RateInterval) {
			t.Errorf("%q counts fractions: %s", target.Title, target.Expr)
		}
	}
	if n < 4 {
		t.Errorf("%d queries count events", n)
	}
}
