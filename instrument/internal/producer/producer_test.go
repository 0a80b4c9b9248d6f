package producer_test

import (
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument/internal/producer"
	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// newRegistry has one store that has made one get and one put.
func newRegistry(t *testing.T) *record.Registry {
	t.Helper()
	g, err := record.NewRegistry(nil, true, table.Most)
	if err != nil {
		t.Fatal(err)
	}
	s := record.NewSeries(kvdb.Info{System: "memory"}, "memory", record.FailureNames(nil), nil)
	rec := g.NewRecord(record.StoreOperationInfo[:], s, record.Options{Sized: true, Compat: true, Logged: true})
	if _, err := g.Register(rec); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Unregister(rec) })
	for _, op := range []record.Operation{record.OpGet, record.OpPut} {
		st := record.Pick(rec.StripesOf(op))
		st.Begin(3)
		rec.End(st, record.SlotOK, 1000, 3, 5)
	}
	return g
}

// Whatever a reader asks for, each metric is there once, in the form of its kind and
// with the temporality of the reader, and what it does not keep is not.
func TestProduce(t *testing.T) {
	delta := func(sdkmetric.InstrumentKind) metricdata.Temporality { return metricdata.DeltaTemporality }
	panics := func(sdkmetric.InstrumentKind) metricdata.Temporality { panic("in a selector") }
	for name, c := range map[string]struct {
		temporality sdkmetric.TemporalitySelector
		keep        func(string) bool
		summaries   bool
		speaks      metricdata.Temporality
		absent      []string
	}{
		"cumulative":       {sdkmetric.DefaultTemporalitySelector, nil, true, metricdata.CumulativeTemporality, nil},
		"delta":            {delta, nil, true, metricdata.DeltaTemporality, nil},
		"a bad selector":   {panics, nil, true, metricdata.CumulativeTemporality, nil},
		"without summary":  {delta, nil, false, metricdata.DeltaTemporality, []string{catalog.QuantilesName}},
		"without requests": {delta, func(n string) bool { return n != catalog.Requests.Name }, true, metricdata.DeltaTemporality, []string{catalog.Requests.Name}},
		"a bad filter":     {delta, func(string) bool { panic("in a filter") }, true, metricdata.DeltaTemporality, nil},
	} {
		t.Run(name, func(t *testing.T) {
			keep := c.keep
			if keep == nil {
				keep = func(string) bool { return true }
			}
			p := producer.Producer{Reader: newRegistry(t).NewReader(), Temporality: c.temporality, Keep: keep, Summaries: c.summaries}
			scopes := p.Produce()
			if len(scopes) != 1 || scopes[0].Scope.Name != catalog.ScopeInstrument {
				t.Fatalf("there are %d scopes", len(scopes))
			}
			seen := make(map[string]bool)
			for _, m := range scopes[0].Metrics {
				if seen[m.Name] {
					t.Errorf("%s is there twice", m.Name)
				}
				seen[m.Name] = true
				check(t, m, c.speaks)
			}
			for _, name := range c.absent {
				if seen[name] {
					t.Errorf("%s is there", name)
				}
			}
			for _, name := range []string{catalog.OperationDuration.Name, catalog.BytesRead.Name, catalog.ExponentialDurationName} {
				if !seen[name] {
					t.Errorf("%s is not there", name)
				}
			}
		})
	}
}

// check holds a metric to its entry in the catalogue.
func check(t *testing.T, m metricdata.Metrics, speaks metricdata.Temporality) {
	t.Helper()
	for _, row := range table.Rows {
		if row.Name != m.Name {
			continue
		}
		if m.Unit != row.Unit || m.Description != row.Help {
			t.Errorf("%s: %q (%s), want %q (%s)", m.Name, m.Description, m.Unit, row.Help, row.Unit)
		}
		kind, temporality := catalog.Gauge, speaks
		switch data := m.Data.(type) {
		case metricdata.Sum[int64]:
			kind, temporality = catalog.Counter, data.Temporality
			if !data.IsMonotonic {
				kind, temporality = catalog.UpDownCounter, speaks
			}
		case metricdata.Histogram[float64]:
			kind, temporality = catalog.Histogram, data.Temporality
		case metricdata.Histogram[int64]:
			kind, temporality = catalog.Histogram, data.Temporality
		case metricdata.ExponentialHistogram[float64]:
			kind, temporality = catalog.ExponentialHistogram, data.Temporality
		case metricdata.Summary:
			kind = catalog.Summary
		}
		if kind != row.Kind || temporality != speaks {
			t.Errorf("%s: a %v with the temporality %v, want a %v with %v", m.Name, kind, temporality, row.Kind, speaks)
		}
		return
	}
	t.Errorf("%s is in no row", m.Name)
}

// An empty registry and a reader that keeps nothing are told nothing.
func TestProduceNothing(t *testing.T) {
	empty, err := record.NewRegistry(nil, false, table.Most)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		registry *record.Registry
		keep     bool
	}{"an empty registry": {empty, true}, "nothing kept": {newRegistry(t), false}} {
		p := producer.Producer{
			Reader: c.registry.NewReader(), Temporality: sdkmetric.DefaultTemporalitySelector, Keep: func(string) bool { return c.keep },
		}
		if scopes := p.Produce(); len(scopes) > 0 {
			t.Errorf("%s: %+v", name, scopes)
		}
	}
}
