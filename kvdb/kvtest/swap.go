package kvtest

import (
	"fmt"
	"strconv"

	"github.com/otelkv/otelkv/kvdb"
)

var swapCases = []capabilityCase[kvdb.Swapper]{
	{"Matches", func(f *fixture, s kvdb.Swapper) {
		absent, empty, v1, v2 := []byte(nil), []byte{}, []byte("1"), []byte("2")
		for i, c := range []struct {
			now, old, new []byte
			want          bool
		}{
			{absent, absent, v1, true},
			{absent, absent, nil, true},
			{absent, empty, v1, false},
			{absent, v1, v1, false},
			{empty, absent, v1, false},
			{empty, empty, v1, true},
			{empty, v1, v2, false},
			{v1, absent, v2, false},
			{v1, empty, v2, false},
			{v1, v1, v2, true},
			{v1, v1, v1, true},
			{v1, v1, nil, true},
			{v1, v1, empty, true},
			{v1, v2, v2, false},
			{v1, []byte("12"), v2, false},
		} {
			key := fmt.Sprint("key ", i)
			if c.now != nil {
				f.put(key, string(c.now))
			}
			got, err := s.CompareAndSwap(f.Context(), []byte(key), c.old, c.new)
			if err != nil || got != c.want {
				f.Errorf("%d: CompareAndSwap(%#v, %#v) of %#v = %t, %v, want %t", i, c.old, c.new, c.now, got, err, c.want)
				continue
			}
			switch {
			case c.want:
				f.wantValue(f.store, key, string(c.new))
			case c.now != nil:
				f.wantValue(f.store, key, string(c.now))
			default:
				f.wantAbsent(f.store, key)
			}
		}
	}},
	{"DeletedIsAbsent", func(f *fixture, s kvdb.Swapper) {
		f.put("k", "1")
		f.delete("k")
		if ok, err := s.CompareAndSwap(f.Context(), []byte("k"), []byte("1"), []byte("2")); ok || err != nil {
			f.Errorf("CompareAndSwap of a deleted value = %t, %v", ok, err)
		}
		if ok, err := s.CompareAndSwap(f.Context(), []byte("k"), nil, []byte("2")); !ok || err != nil {
			f.Errorf("CompareAndSwap of a deleted key with a nil old = %t, %v", ok, err)
		}
		f.wantValue(f.store, "k", "2")
	}},
	{"CallerKeepsBytes", func(f *fixture, s kvdb.Swapper) {
		f.put("key", "old")
		key, old, new := []byte("key"), []byte("old"), []byte("new")
		if ok, err := s.CompareAndSwap(f.Context(), key, old, new); !ok || err != nil {
			f.Fatalf("CompareAndSwap = %t, %v", ok, err)
		}
		if string(key)+string(old)+string(new) != "keyoldnew" {
			f.Errorf("CompareAndSwap changed the caller's bytes to %q, %q, %q", key, old, new)
		}
		scribble(key, old, new)
		f.wantValue(f.store, "key", "new")
	}},
	{"Increments", func(f *fixture, s kvdb.Swapper) {
		f.put("n", "0")
		const goroutines, each = 4, 20
		f.parallel(goroutines, func(int) error {
			for done := 0; done < each; {
				n, err := number(f, f.store, "n")
				if err != nil {
					return err
				}
				ok, err := s.CompareAndSwap(f.Context(), []byte("n"), []byte(strconv.Itoa(n)), []byte(strconv.Itoa(n+1)))
				if err != nil {
					return err
				}
				if ok {
					done++
				}
			}
			return nil
		})
		f.wantValue(f.store, "n", strconv.Itoa(goroutines*each))
	}},
}
