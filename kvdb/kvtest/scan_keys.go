package kvtest

import (
	"slices"

	"github.com/otelkv/otelkv/kvdb"
)

// wantKeysOnly scans the keys alone of s, which holds sorted: the keys are those of other
// scans, and there are no values.
func wantKeysOnly(f *fixture, s kvdb.Scanner, sorted []pair) {
	f.Helper()
	middle := []byte(sorted[len(sorted)/2].key)
	for _, r := range []kvdb.Range{
		{}, {Reverse: true}, {Limit: 3}, {Limit: 3, Reverse: true}, {Start: middle}, {End: middle, Reverse: true},
		{Start: middle, End: middle},
	} {
		want := inRange(sorted, r)
		r.KeysOnly = true
		var got []string
		for e, err := range s.Scan(f.Context(), r) {
			switch {
			case err != nil:
				f.Fatalf("a scan of keys failed after %d: %v", len(got), err)
			case e.Key == nil || e.Value != nil:
				f.Errorf("a scan of keys yielded %+q with the value %.20q, want nil", e.Key, e.Value)
			}
			got = append(got, string(e.Key))
		}
		if !slices.Equal(got, keysOf(want)) {
			f.Errorf("a scan of keys %+v yielded\n%q, want\n%q", r, got, keysOf(want))
			return
		}
	}
}
