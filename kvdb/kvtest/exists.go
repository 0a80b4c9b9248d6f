package kvtest

import (
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

var existsCases = []capabilityCase[kvdb.Exister]{
	{"Present", func(f *fixture, e kvdb.Exister) {
		f.put("k", "value")
		f.wantExists(e, true)
		f.wantExists(e, true)
		f.wantValue(f.store, "k", "value")
	}},
	{"Absent", func(f *fixture, e kvdb.Exister) {
		f.wantExists(e, false)
		f.put("k and more", "value")
		f.wantExists(e, false)
		f.wantAbsent(f.store, "k")
	}},
	{"EmptyValue", func(f *fixture, e kvdb.Exister) {
		f.put("k", "")
		f.wantExists(e, true)
	}},
	{"LongValue", func(f *fixture, e kvdb.Exister) {
		size := 1 << 16
		if limit := f.info.MaxValue; limit > 0 {
			size = min(size, limit)
		}
		f.put("k", strings.Repeat("v", size))
		f.wantExists(e, true)
	}},
	{"Deleted", func(f *fixture, e kvdb.Exister) {
		f.put("k", "value")
		f.delete("k")
		f.wantExists(e, false)
		f.put("k", "again")
		f.wantExists(e, true)
	}},
}

// wantExists asks for the key k.
func (f *fixture) wantExists(e kvdb.Exister, want bool) {
	f.Helper()
	if got, err := e.Exists(f.Context(), []byte("k")); got != want || err != nil {
		f.Errorf("Exists(%q) = %t, %v, want %t", "k", got, err, want)
	}
}
