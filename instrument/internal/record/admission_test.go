package record

import (
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// What may be shown for sure takes its room from the pairs, which are admitted in
// the order in which they happen.
func TestAdmission(t *testing.T) {
	const bounds = 15
	for name, each := range map[string]int{"much room": 1, "some room": 100, "no room": seriesLimit} {
		a := newAdmission()
		a.resize(StoreOperationInfo[:], bounds, func(info *OperationInfo) int {
			if info == nil {
				return -kvdb.MaxStats // which have room anyway
			}
			return each
		})
		admitted := 0
		for op := range StoreOperations {
			for f := range FailureOther {
				first := a.Admit(op, f)
				if again := a.Admit(op, f); again != first {
					t.Errorf("%s: a pair is admitted once", name)
				}
				if first {
					admitted++
				}
			}
			if !a.Admit(op, FailureOther) {
				t.Errorf("%s: there is no room for _OTHER", name)
			}
		}
		if want := max(seriesLimit-each*int(StoreOperations), 0) / HistogramSeries(bounds); admitted != want {
			t.Errorf("%s: %d pairs, want %d", name, admitted, want)
		}
	}
}
