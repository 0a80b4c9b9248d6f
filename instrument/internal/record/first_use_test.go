package record

import (
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// Whoever uses an operation first, together with others, tells once that it has no
// room.
func TestRefusedOnce(t *testing.T) {
	infos := make([]OperationInfo, MaxOperations)
	for i := range infos {
		infos[i] = OperationInfo{Name: string(rune('A' + i)), Lazy: true, Late: i >= EarlyOperations}
	}
	infos[EarlyOperations].Name = OtherOperation
	g, err := NewRegistry(nil, false, func(*Record, *OperationInfo, int, int) int { return seriesLimit / 30 })
	if err != nil {
		t.Fatal(err)
	}
	r := g.NewRecord(infos, NewSeries(kvdb.Info{System: "cache"}, "cache", FailureNames(nil), nil), Options{})
	var refused []Operation
	r.Refused = func(op Operation) { refused = append(refused, op) }
	for range 2 {
		for op := range infos {
			r.firstUse(Operation(op))
		}
	}
	if n := len(refused); n == 0 || refused[n-1] != MaxOperations-1 || len(slices.Compact(slices.Sorted(slices.Values(refused)))) != n {
		t.Errorf("refused were %v", refused)
	}
	other := r.lateAt(r.other).set.Load()
	if r.lateAt(refused[0]).set.Load() != other || r.lateAt(0).set.Load() == other {
		t.Error("a refused operation does not count as other, or another one does")
	}
}
