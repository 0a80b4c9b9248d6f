package table_test

import (
	"testing"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Series of a new row take their room from the pairs, so that a store keeps its
// limit.
func TestMostCountsTheTable(t *testing.T) {
	g, err := record.NewRegistry(nil, false, table.Most)
	if err != nil {
		t.Fatal(err)
	}
	rec := g.NewRecord(record.StoreOperationInfo[:], record.NewSeries(kvdb.Info{}, "", record.FailureNames(nil), nil), record.Options{})
	all := func() int {
		n := 0
		for op := range record.StoreOperationInfo {
			n += table.Most(rec, &record.StoreOperationInfo[op], int(record.BuiltinFailures), len(record.DurationBounds))
		}
		return n
	}
	before, rows := all(), table.Rows
	defer func() { table.Rows = rows }()
	const bounds = 15
	table.Rows = append(table.Rows[:len(table.Rows):len(table.Rows)], table.Row{Metric: catalog.Metric{
		Kind: catalog.Histogram, Attributes: []string{catalog.OperationName}, Bounds: make([]float64, bounds),
	}})
	if more, want := all()-before, int(record.StoreOperations)*record.HistogramSeries(bounds); more != want {
		t.Errorf("a histogram of each operation is %d series more, want %d", more, want)
	}
}
