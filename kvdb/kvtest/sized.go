package kvtest

import (
	"bytes"
	"context"
	"slices"

	"github.com/otelkv/otelkv/kvdb"
)

// roomOf returns a room for everything, which appends the sizes that it is asked for.
func roomOf(sizes *[]int) kvdb.Room {
	return func(size int) []byte {
		*sizes = append(*sizes, size)
		return make([]byte, 0, size)
	}
}

var sizedCases = []capabilityCase[kvdb.SizedGetter]{
	{"Present", func(f *fixture, g kvdb.SizedGetter) {
		f.put("k", "value")
		memory := append(make([]byte, 0, 64), "before"...)
		asked := 0
		got, err := g.GetSized(f.Context(), []byte("k"), func(size int) []byte {
			asked++
			if size != len("value") {
				f.Errorf("GetSized asked for room for %d bytes, want %d", size, len("value"))
			}
			return memory
		})
		if err != nil || string(got) != "value" || asked != 1 {
			f.Fatalf("GetSized = %q, %v, and asked for room %d times, want once", got, err, asked)
		}
		if &got[0] != &memory[0] {
			f.Errorf("GetSized left the memory that it was given unused")
		}
		scribble(got)
		f.wantValue(f.store, "k", "value")
	}},
	{"EmptyValue", func(f *fixture, g kvdb.SizedGetter) {
		f.put("k", "")
		var sizes []int
		got, err := g.GetSized(f.Context(), []byte("k"), roomOf(&sizes))
		if err != nil || got == nil || len(got) != 0 || len(sizes) != 1 || sizes[0] != 0 {
			f.Errorf("GetSized of an empty value = %q (nil: %t), %v, and asked for %v bytes", got, got == nil, err, sizes)
		}
	}},
	{"Refused", func(f *fixture, g kvdb.SizedGetter) {
		f.put("k", "value")
		got, err := g.GetSized(f.Context(), []byte("k"), func(int) []byte { return nil })
		if got != nil || err != nil {
			f.Errorf("GetSized without room = %q, %v, want nothing", got, err)
		}
		f.wantValue(f.store, "k", "value")
	}},
	{"TooSmall", func(f *fixture, g kvdb.SizedGetter) {
		f.put("k", "value")
		memory := []byte("before")
		got, err := g.GetSized(f.Context(), []byte("k"), func(int) []byte { return memory[:0:2] })
		if err != nil || string(got) != "value" || string(memory[2:]) != "fore" {
			f.Errorf("GetSized with room for 2 bytes = %q, %v, and wrote %q", got, err, memory)
		}
	}},
	{"Panic", func(f *fixture, g kvdb.SizedGetter) {
		f.put("k", "value")
		f.wantPanic("GetSized", func(p any) {
			_, _ = g.GetSized(f.Context(), []byte("k"), func(int) []byte { panic(p) })
		})
	}},
	{"NoRoomForNothing", func(f *fixture, g kvdb.SizedGetter) {
		gone, cancel := context.WithCancel(f.Context())
		cancel()
		for _, c := range []struct {
			name string
			ctx  context.Context
			key  string
			want error
		}{
			{"absent key", f.Context(), "absent", kvdb.ErrNotFound},
			{"empty key", f.Context(), "", kvdb.ErrInvalidArgument},
			{"canceled context", gone, "k", context.Canceled},
		} {
			var sizes []int
			got, err := g.GetSized(c.ctx, []byte(c.key), roomOf(&sizes))
			if c.want == kvdb.ErrNotFound {
				if err != kvdb.ErrNotFound {
					f.Errorf("GetSized with an %s: %v, want ErrNotFound itself", c.name, err)
				}
			} else {
				f.wantError("GetSized with a "+c.name, err, c.want)
			}
			if got != nil || sizes != nil {
				f.Errorf("GetSized with a %s = %q, and asked for %v bytes", c.name, got, sizes)
			}
		}
	}},
}

var sizedManyCases = []capabilityCase[kvdb.SizedMultiGetter]{
	{"InOrder", func(f *fixture, g kvdb.SizedMultiGetter) {
		f.fill([]pair{{"a", "1"}, {"b", "22"}, {"empty", ""}})
		for _, c := range []struct {
			keys  []string
			want  [][]byte
			sizes []int
		}{
			{},
			{[]string{"b", "absent", "empty", "a", "b"}, [][]byte{[]byte("22"), nil, {}, []byte("1"), []byte("22")}, []int{2, 0, 1, 2}},
			{[]string{"absent"}, [][]byte{nil}, nil},
			{[]string{"a"}, [][]byte{[]byte("1")}, []int{1}},
		} {
			keys := make([][]byte, len(c.keys))
			for i, key := range c.keys {
				keys[i] = []byte(key)
			}
			var sizes []int
			got, err := g.GetManySized(f.Context(), keys, roomOf(&sizes))
			same := func(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }
			if err != nil || !slices.EqualFunc(got, c.want, same) || !slices.Equal(sizes, c.sizes) {
				f.Errorf("GetManySized(%q) = %q, %v, and asked for %v bytes, want %q and %v", keys, got, err, sizes, c.want, c.sizes)
			}
		}
		var sizes []int
		_, err := g.GetManySized(f.Context(), [][]byte{[]byte("a"), {}}, roomOf(&sizes))
		f.wantError("GetManySized with an empty key", err, kvdb.ErrInvalidArgument)
	}},
	{"Refused", func(f *fixture, g kvdb.SizedMultiGetter) {
		f.fill([]pair{{"a", "1"}, {"b", "22"}, {"c", "3"}})
		keys := [][]byte{[]byte("a"), []byte("absent"), []byte("b"), []byte("c")}
		got, err := g.GetManySized(f.Context(), keys, func(size int) []byte {
			if size > 1 {
				return nil
			}
			return make([]byte, 0, size)
		})
		if err != nil || len(got) != 2 || string(got[0]) != "1" || got[1] != nil {
			f.Errorf("GetManySized without room for the third = %q, %v, want the first two", got, err)
		}
	}},
	{"Panic", func(f *fixture, g kvdb.SizedMultiGetter) {
		f.fill([]pair{{"a", "1"}, {"b", "22"}})
		f.wantPanic("GetManySized", func(p any) {
			_, _ = g.GetManySized(f.Context(), [][]byte{[]byte("a"), []byte("b")}, func(size int) []byte {
				if size > 1 {
					panic(p)
				}
				return make([]byte, 0, size)
			})
		})
	}},
}
