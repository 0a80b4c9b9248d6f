package instrument

import (
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Series of a new row take their room from the pairs, so that a store keeps its
// limit.
func TestMostCountsTheTable(t *testing.T) {
	rec := newTestRecord(t, recordOptions{})
	all := func() int {
		n := 0
		for op := range storeOperationInfo {
			n += most(rec, &storeOperationInfo[op], int(builtinFailures), len(durationBounds))
		}
		return n
	}
	before, rows := all(), table
	defer func() { table = rows }()
	const bounds = 15
	table = append(table[:len(table):len(table)], row{Metric: catalog.Metric{
		Kind: catalog.Histogram, Attributes: []string{catalog.OperationName}, Bounds: make([]float64, bounds),
	}})
	if more, want := all()-before, int(storeOperations)*histogramSeries(bounds); more != want {
		t.Errorf("a histogram of each operation is %d series more, want %d", more, want)
	}
}
