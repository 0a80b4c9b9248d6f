package instrument

import (
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Series of a new row take their room from the pairs, so that a store keeps its
// limit.
func TestAdmissionCountsTheTable(t *testing.T) {
	free := func() int {
		a := newAdmission()
		a.resize(storeOperationInfo[:], int(builtinFailures), len(durationBounds), newTestRecord(t, new(config)))
		return a.free
	}
	before, rows := free(), table
	defer func() { table = rows }()
	const bounds = 15
	table = append(table[:len(table):len(table)], row{Metric: catalog.Metric{
		Kind: catalog.Histogram, Attributes: []string{catalog.OperationName}, Bounds: make([]float64, bounds),
	}})
	if taken, want := before-free(), int(storeOperations)*histogramSeries(bounds); taken != want {
		t.Errorf("a histogram of each operation takes the room of %d series, want %d", taken, want)
	}
}
