package instrument

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// Whoever uses an operation first, together with others, tells once that it has no
// room.
func TestRefusedOnce(t *testing.T) {
	infos := make([]operationInfo, maxOperations)
	for i := range infos {
		infos[i] = operationInfo{name: string(rune('A' + i)), lazy: true, late: i >= earlyOperations}
	}
	infos[earlyOperations].name = otherOperation
	g, err := newRecordRegistry(nil, false, func(*record, *operationInfo, int, int) int { return seriesLimit / 30 })
	if err != nil {
		t.Fatal(err)
	}
	r := g.newRecord(infos, newSeries(kvdb.Info{System: "cache"}, "cache", failureNames(nil), nil), recordOptions{})
	var refused []operation
	r.refused = func(op operation) { refused = append(refused, op) }
	for range 2 {
		for op := range infos {
			r.firstUse(operation(op))
		}
	}
	if n := len(refused); n == 0 || refused[n-1] != maxOperations-1 || len(slices.Compact(slices.Sorted(slices.Values(refused)))) != n {
		t.Errorf("refused were %v", refused)
	}
	other := r.lateAt(r.other).set.Load()
	if r.lateAt(refused[0]).set.Load() != other || r.lateAt(0).set.Load() == other {
		t.Error("a refused operation does not count as other, or another one does")
	}
}
