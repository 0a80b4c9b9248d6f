package kvtest

import (
	"bytes"
	"math/rand/v2"

	"github.com/otelkv/otelkv/kvdb"
)

// binaryKeys are keys at the edges of what bytes can be, in order.
var binaryKeys = []string{
	"\x00", "\x00\x00", "\x00\xff", "\n", "\r\n", " ", "%s", "../a", "/", "a", "a\x00", "a\x00b", "a ", "ab", "b",
	"\x7f", "\x80", "\xc3\x28", "\xfe\xff", "\xff", "\xff\x00", "\xff\xfe", "\xff\xff",
}

var getCases = []storeCase{
	{"Absent", func(f *fixture) {
		f.wantAbsent(f.store, "k")
		f.put("k2", "v")
		f.wantAbsent(f.store, "k")
		f.wantAbsent(f.store, "k20")
	}},
	{"EmptyValue", func(f *fixture) {
		for key, value := range map[string][]byte{"nil": nil, "empty": {}} {
			if err := f.store.Put(f.Context(), []byte(key), value); err != nil {
				f.Fatalf("Put of the %s value: %v", key, err)
			}
			f.wantValue(f.store, key, "")
		}
	}},
	{"CallerOwnsResult", func(f *fixture) {
		f.put("k", "value")
		for range 2 {
			got, err := f.store.Get(f.Context(), []byte("k"))
			if err != nil || string(got) != "value" {
				f.Fatalf("Get = %q, %v, want value", got, err)
			}
			scribble(got[:cap(got)])
		}
		f.wantValue(f.store, "k", "value")
	}},
	{"KeyIsNotKept", func(f *fixture) {
		f.put("k1", "1")
		f.put("k2", "2")
		key := []byte("k1")
		for i := range 4 {
			want := string("1212"[i])
			key[1] = want[0]
			got, err := f.store.Get(f.Context(), key)
			if err != nil || string(got) != want {
				f.Errorf("Get(%q) = %q, %v, want %q", key, got, err, want)
			}
		}
	}},
}

var putCases = []storeCase{
	{"Overwrite", func(f *fixture) {
		for _, value := range []string{"1", "longer", "", "2"} {
			f.put("k", value)
			f.wantValue(f.store, "k", value)
		}
	}},
	{"CallerKeepsBytes", func(f *fixture) {
		key, value := []byte("key"), []byte("value")
		if err := f.store.Put(f.Context(), key, value); err != nil {
			f.Fatal(err)
		}
		if string(key) != "key" || string(value) != "value" {
			f.Errorf("Put changed the caller's bytes to %q, %q", key, value)
		}
		scribble(key, value)
		f.wantValue(f.store, "key", "value")
		f.wantAbsent(f.store, "###")
	}},
	{"BinaryKeysAndValues", func(f *fixture) {
		keys := append([]string(nil), binaryKeys...)
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
			keys = append(keys, "byte "+string([]byte{byte(i)}))
		}
		if f.info.MaxKey == 0 || f.info.MaxKey >= len(all) {
			keys = append(keys, string(all))
		}
		for _, key := range keys {
			f.put(key, "value of "+key)
		}
		for _, key := range keys {
			f.wantValue(f.store, key, "value of "+key)
		}
		f.put("k", string(all))
		f.wantValue(f.store, "k", string(all))
	}},
	{"LargeValue", func(f *fixture) {
		size := 1 << 20
		if f.info.MaxValue > 0 {
			size = min(size, f.info.MaxValue)
		}
		value := make([]byte, size)
		random := rand.NewChaCha8([32]byte{})
		_, _ = random.Read(value) // so that no compression makes it small
		f.put("k", string(value))
		got, err := f.store.Get(f.Context(), []byte("k"))
		if err != nil || !bytes.Equal(got, value) {
			f.Errorf("Get returned %d bytes, %v, want the %d bytes that were put", len(got), err, size)
		}
	}},
	{"Limits", func(f *fixture) {
		// A limit above is not worth the memory to reach it.
		const most = 64 << 20
		if n := f.info.MaxKey; n > 0 && n < most {
			longest := bytes.Repeat([]byte("k"), n)
			f.put(string(longest), "v")
			f.wantValue(f.store, string(longest), "v")
			f.wantError("Put of a key above MaxKey", f.store.Put(f.Context(), append(longest, 'k'), []byte("v")), kvdb.ErrTooLarge)
		}
		if n := f.info.MaxValue; n > 0 && n < most {
			longest := bytes.Repeat([]byte("v"), n)
			f.put("k", string(longest))
			f.wantError("Put of a value above MaxValue", f.store.Put(f.Context(), []byte("k"), append(longest, 'v')), kvdb.ErrTooLarge)
			got, err := f.store.Get(f.Context(), []byte("k"))
			if err != nil || len(got) != n {
				f.Errorf("Get returned %d bytes, %v, want the %d of the value that fits", len(got), err, n)
			}
		}
	}},
}

var deleteCases = []storeCase{
	{"Present", func(f *fixture) {
		f.put("a", "1")
		f.put("b", "2")
		f.delete("a")
		f.wantAbsent(f.store, "a")
		f.wantValue(f.store, "b", "2")
	}},
	{"Absent", func(f *fixture) {
		f.delete("a")
		f.put("a", "1")
		f.delete("a")
		f.delete("a")
		f.wantAbsent(f.store, "a")
	}},
	{"PutAgain", func(f *fixture) {
		f.put("a", "1")
		f.delete("a")
		f.put("a", "")
		f.wantValue(f.store, "a", "")
	}},
	{"EmptyValue", func(f *fixture) {
		f.put("a", "")
		f.delete("a")
		f.wantAbsent(f.store, "a")
	}},
}

func (f *fixture) delete(key string) {
	f.Helper()
	if err := f.store.Delete(f.Context(), []byte(key)); err != nil {
		f.Fatalf("Delete(%q): %v", key, err)
	}
}
