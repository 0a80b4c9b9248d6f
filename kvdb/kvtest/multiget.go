package kvtest

import (
	"github.com/otelkv/otelkv/kvdb"
)

var multiGetCases = []capabilityCase[kvdb.MultiGetter]{
	{"NoKeys", func(f *fixture, g kvdb.MultiGetter) {
		for name, keys := range map[string][][]byte{"nil": nil, "empty": {}} {
			if got, err := g.GetMany(f.Context(), keys); err != nil || len(got) != 0 {
				f.Errorf("GetMany of a %s list = %q, %v, want nothing", name, got, err)
			}
		}
	}},
	{"InOrder", func(f *fixture, g kvdb.MultiGetter) {
		f.fill([]pair{{"a", "1"}, {"b", "2"}, {"empty", ""}})
		f.wantMany(g, []string{"b", "absent", "a", "empty", "b", "absent"},
			[][]byte{[]byte("2"), nil, []byte("1"), {}, []byte("2"), nil})
		f.wantMany(g, []string{"absent"}, [][]byte{nil})
		f.wantMany(g, []string{"a"}, [][]byte{[]byte("1")})
	}},
	{"CallerOwnsResult", func(f *fixture, g kvdb.MultiGetter) {
		f.put("a", "1")
		got, err := g.GetMany(f.Context(), [][]byte{[]byte("a"), []byte("a")})
		if err != nil || len(got) != 2 {
			f.Fatalf("GetMany = %q, %v", got, err)
		}
		scribble(got[0])
		if string(got[1]) != "1" {
			f.Errorf("a change to the first of two equal keys' values made the second %q", got[1])
		}
		scribble(got[1])
		f.wantValue(f.store, "a", "1")
	}},
	{"ResultsDoNotOverlap", func(f *fixture, g kvdb.MultiGetter) {
		f.fill([]pair{{"a", "1"}, {"b", "2"}})
		got, err := g.GetMany(f.Context(), [][]byte{[]byte("a"), []byte("b")})
		if err != nil || len(got) != 2 {
			f.Fatalf("GetMany = %q, %v", got, err)
		}
		_ = append(got[0], '#')
		if string(got[1]) != "2" {
			f.Errorf("an append to the first value made the second %q", got[1])
		}
	}},
	{"EmptyKeyAmongOthers", func(f *fixture, g kvdb.MultiGetter) {
		f.put("a", "1")
		_, err := g.GetMany(f.Context(), [][]byte{[]byte("a"), {}, []byte("b")})
		f.wantError("GetMany with an empty key", err, kvdb.ErrInvalidArgument)
	}},
}

func (f *fixture) wantMany(g kvdb.MultiGetter, keys []string, want [][]byte) {
	f.Helper()
	args := make([][]byte, len(keys))
	for i, key := range keys {
		args[i] = []byte(key)
	}
	got, err := g.GetMany(f.Context(), args)
	if err != nil || len(got) != len(want) {
		f.Errorf("GetMany(%q) = %q, %v, want %q", keys, got, err, want)
		return
	}
	for i := range want {
		if (got[i] == nil) != (want[i] == nil) || string(got[i]) != string(want[i]) {
			f.Errorf("GetMany(%q)[%d] = %q (nil: %t), want %q (nil: %t)", keys, i, got[i], got[i] == nil, want[i], want[i] == nil)
		}
	}
}
