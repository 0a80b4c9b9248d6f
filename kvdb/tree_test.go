package kvdb

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// FuzzRange reads a script of writes and then a range out of the input, and
// compares the tree with a sorted slice.
func FuzzRange(f *testing.F) {
	f.Add([]byte("+a+b+c-b"), []byte("a"), []byte("c"), 0, false)
	f.Add([]byte("+a+b+c+b+\x00+\xff"), []byte("b"), []byte(nil), 1, true)
	f.Add([]byte("+a-a-a+a"), []byte("c"), []byte("a"), 2, false)
	f.Add([]byte("+a+b+c+d+e+f+g-d-a"), []byte(nil), []byte("\xff"), -1, true)
	f.Add([]byte{}, []byte("a"), []byte("a"), 0, true)
	f.Fuzz(func(t *testing.T, script, start, end []byte, limit int, reverse bool) {
		var root *node
		model := map[string]string{}
		for i := 0; i+1 < len(script); i += 2 {
			// Keys of one and two bytes, so that one can be a prefix of another.
			key := script[i+1 : min(len(script), i+2+i%2)]
			if script[i] == '-' {
				root = root.remove(key)
				delete(model, string(key))
			} else {
				root = root.put(newEntry(key, fmt.Append(nil, i)))
				model[string(key)] = fmt.Sprint(i)
			}
		}
		checkTree(t, root)

		r := Range{Start: start, End: end, Limit: limit, Reverse: reverse}
		m := &Memory{}
		m.root.Store(root)
		var got []string
		for e, err := range m.Scan(t.Context(), r) {
			if err != nil {
				if limit >= 0 {
					t.Fatal(err)
				}
				return
			}
			got = append(got, string(e.Key)+"="+string(e.Value))
		}
		if want := rangeOf(model, r); !slices.Equal(got, want) {
			t.Errorf("a scan of %+v yields %q, want %q", r, got, want)
		}
		for key, value := range model {
			if e := root.find([]byte(key)); e == nil || string(e.Value) != value {
				t.Errorf("the entry under %q is %v, want %q", key, e, value)
			}
		}
	})
}

func rangeOf(model map[string]string, r Range) []string {
	keys := slices.Sorted(maps.Keys(model))
	keys = slices.DeleteFunc(keys, func(key string) bool {
		return key < string(r.Start) || len(r.End) > 0 && key >= string(r.End)
	})
	if r.Reverse {
		slices.Reverse(keys)
	}
	if r.Limit > 0 {
		keys = keys[:min(len(keys), r.Limit)]
	}
	for i, key := range keys {
		keys[i] = key + "=" + model[key]
	}
	return keys
}

// checkTree checks the order of keys and of priorities, and returns the number
// of entries and the depth.
func checkTree(t *testing.T, root *node) (entries, depth int) {
	t.Helper()
	var last []byte
	var check func(n *node, most uint64, level int)
	check = func(n *node, most uint64, level int) {
		if n == nil {
			return
		}
		if n.priority > most || n.priority != priorityOf(n.entry.Key) {
			t.Fatalf("the priority of %q is %d, under one of %d", n.entry.Key, n.priority, most)
		}
		check(n.left, n.priority, level+1)
		if last != nil && bytes.Compare(last, n.entry.Key) >= 0 {
			t.Fatalf("key %q comes after %q", n.entry.Key, last)
		}
		last = n.entry.Key
		entries, depth = entries+1, max(depth, level)
		check(n.right, n.priority, level+1)
	}
	check(root, 1<<64-1, 1)
	return entries, depth
}

// A tree that was read before a change does not see it.
func TestTreeIsImmutable(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	key := func() []byte { return fmt.Appendf(nil, "%02d", random.IntN(60)) }
	type version struct {
		root *node
		want []string
	}
	var versions []version
	var root *node
	model := map[string]string{}
	for i := range 500 {
		if k := key(); random.IntN(3) == 0 {
			root = root.remove(k)
			delete(model, string(k))
		} else {
			root = root.put(newEntry(k, fmt.Append(nil, i)))
			model[string(k)] = fmt.Sprint(i)
		}
		versions = append(versions, version{root, rangeOf(model, Range{})})
	}
	for i, v := range versions {
		checkTree(t, v.root)
		var got []string
		v.root.walk(&Range{}, func(e *Entry) bool {
			got = append(got, string(e.Key)+"="+string(e.Value))
			return true
		})
		if !slices.Equal(got, v.want) {
			t.Fatalf("version %d became %q, was %q", i, got, v.want)
		}
	}
}

// The shape depends on the keys alone, and is shallow for keys in order.
func TestTreeShape(t *testing.T) {
	const n = 10_000
	var up, down *node
	for i := range n {
		up = up.put(newEntry(fmt.Appendf(nil, "%05d", i), nil))
		down = down.put(newEntry(fmt.Appendf(nil, "%05d", n-1-i), nil))
	}
	entries, depth := checkTree(t, up)
	if entries != n {
		t.Errorf("the tree has %d entries, want %d", entries, n)
	}
	// About 2 ln n = 18 levels to a key are expected and 4.3 ln n = 40 to the
	// deepest; twice that is as good as impossible.
	if depth > 80 {
		t.Errorf("the tree is %d levels deep", depth)
	}
	var same func(a, b *node) bool
	same = func(a, b *node) bool {
		if a == nil || b == nil {
			return a == b
		}
		return bytes.Equal(a.entry.Key, b.entry.Key) && same(a.left, b.left) && same(a.right, b.right)
	}
	if !same(up, down) {
		t.Error("the order of writes has changed the shape")
	}
	if up.remove([]byte("absent")) != up {
		t.Error("the removal of an absent key has copied the tree")
	}
}

func TestCloseFreesTree(t *testing.T) {
	m := NewMemory(nil)
	if err := m.Put(t.Context(), []byte("k"), nil); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if m.root.Load() != nil {
		t.Error("a closed store holds its entries")
	}
}
