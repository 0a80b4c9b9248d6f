package instrument

import (
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// What may be shown for sure takes its room from the pairs, which are admitted in
// the order in which they happen.
func TestAdmission(t *testing.T) {
	const bounds = 15
	for name, each := range map[string]int{"much room": 1, "some room": 100, "no room": seriesLimit} {
		rec := newTestRecord(t, recordOptions{})
		rec.most = func(_ *record, info *operationInfo, _, _ int) int {
			if info == nil {
				return -kvdb.MaxStats // which have room anyway
			}
			return each
		}
		a := newAdmission()
		a.resize(storeOperationInfo[:], int(builtinFailures), bounds, rec)
		admitted := 0
		for op := range storeOperations {
			for f := range failureOther {
				if a.admit(op, f) != a.admit(op, f) {
					t.Errorf("%s: a pair is admitted once", name)
				}
				if a.admit(op, f) {
					admitted++
				}
			}
			if !a.admit(op, failureOther) {
				t.Errorf("%s: there is no room for _OTHER", name)
			}
		}
		if want := max(seriesLimit-each*int(storeOperations), 0) / histogramSeries(bounds); admitted != want {
			t.Errorf("%s: %d pairs, want %d", name, admitted, want)
		}
	}
}
