package kvdb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func TestMemoryConformance(t *testing.T) {
	kvtest.Run(t, func(testing.TB) kvdb.Store { return kvdb.NewMemory(nil) })
}

func TestZeroMemoryConformance(t *testing.T) {
	kvtest.Run(t, func(testing.TB) kvdb.Store { return new(kvdb.Memory) })
}

func TestMemoryCapabilities(t *testing.T) {
	want := []string{
		"Appender", "Batcher", "Describer", "Exister", "MultiGetter", "Pinger", "PrefixScanner", "Scanner", "SizedGetter", "SizedMultiGetter", "Swapper", "Updater", "Viewer",
	}
	if got := kvdb.Capabilities(kvdb.NewMemory(nil)); !slices.Equal(got, want) {
		t.Errorf("a Memory has %q, want %q", got, want)
	}
}

func TestMemoryDescribe(t *testing.T) {
	for _, c := range []struct {
		name string
		opts *kvdb.MemoryOptions
		want string
	}{
		{"nil options", nil, "memory"},
		{"no options", &kvdb.MemoryOptions{}, "memory"},
		{"a namespace", &kvdb.MemoryOptions{Namespace: "sessions"}, "sessions"},
	} {
		want := kvdb.Info{System: "memory", Namespace: c.want}
		if got := kvdb.NewMemory(c.opts).Describe(); got != want {
			t.Errorf("Describe with %s = %+v, want %+v", c.name, got, want)
		}
	}
}

// The names of operations in errors are those of telemetry.
func TestMemoryErrorOps(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m, key := kvdb.NewMemory(nil), []byte("k")
	_, get := m.Get(ctx, key)
	_, appendGet := m.AppendGet(ctx, nil, key)
	_, exists := m.Exists(ctx, key)
	_, getMany := m.GetMany(ctx, [][]byte{key})
	_, getSized := m.GetSized(ctx, key, nil)
	_, getManySized := m.GetManySized(ctx, [][]byte{key}, nil)
	_, swap := m.CompareAndSwap(ctx, key, nil, nil)
	var scan, prefix error
	for _, scan = range m.Scan(ctx, kvdb.Range{}) {
	}
	for _, prefix = range m.ScanPrefix(ctx, nil) {
	}
	for _, c := range []struct {
		op  string
		err error
	}{
		{"get", get}, {"get", appendGet}, {"get", exists}, {"get", getMany}, {"get", getSized}, {"get", getManySized},
		{"put", m.Put(ctx, key, nil)}, {"delete", m.Delete(ctx, key)}, {"batch", m.Apply(ctx, nil)},
		{"scan", scan}, {"scan", prefix}, {"compare_and_swap", swap}, {"ping", m.Ping(ctx)},
		{"view", m.View(ctx, nil)}, {"update", m.Update(ctx, nil)},
	} {
		var e *kvdb.Error
		if !errors.As(c.err, &e) || e.Op != c.op {
			t.Errorf("error %v (%T), want one of the operation %s", c.err, c.err, c.op)
		}
	}
}

func TestMemoryAllocations(t *testing.T) {
	m, ctx := kvdb.NewMemory(nil), t.Context()
	key, dst := []byte("k"), make([]byte, 0, 64)
	room := func(int) []byte { return dst }
	if err := m.Put(ctx, key, []byte("value")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		want float64
		call func()
	}{
		{"AppendGet", 0, func() { dst, _ = m.AppendGet(ctx, dst[:0], key) }},
		{"GetSized", 0, func() { dst, _ = m.GetSized(ctx, key, room) }},
		{"Exists", 0, func() { _, _ = m.Exists(ctx, key) }},
		{"Get of an absent key", 0, func() { _, _ = m.Get(ctx, []byte("absent")) }},
		{"Get", 1, func() { _, _ = m.Get(ctx, key) }},
	} {
		if got := testing.AllocsPerRun(100, c.call); got > c.want {
			t.Errorf("%s allocates %v times, want %v", c.name, got, c.want)
		}
	}
}

// Writers that did not take turns would replace each other's trees.
func TestMemoryConcurrentWriters(t *testing.T) {
	const writers, each = 8, 1000
	m := kvdb.NewMemory(nil)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := m.Put(t.Context(), fmt.Appendf(nil, "%d/%d", w, i), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	n := 0
	for _, err := range m.Scan(t.Context(), kvdb.Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != writers*each {
		t.Errorf("%d entries are there after %d puts", n, writers*each)
	}
}
