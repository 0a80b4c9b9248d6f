package instrument_test

import (
	"math/bits"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// operationsOf has the operations that each capability brings.
var operationsOf = map[string][]string{
	"Appender": nil, "Batcher": {"BATCH put", "BATCH delete", "BATCH"}, "Describer": nil, "Exister": nil, "Lagger": nil,
	"MultiGetter": {"BATCH get"}, "Notifier": nil, "Pinger": {"ping"}, "PoolReader": nil, "PrefixScanner": {"scan"}, "Scanner": {"scan"}, "SizedGetter": nil, "SizedMultiGetter": {"BATCH get"}, "StatsReader": nil,
	"Swapper": {"compare_and_swap"}, "TTLGetter": nil, "TTLPutter": nil, "Updater": {"update"}, "Viewer": {"view"},
}

// For sets of capabilities below, the wrapped store has the same, and
// series for their operations only. The sets are those of at most three, and those that
// lack at most three: so any three capabilities are seen in every combination.
func TestCapabilities(t *testing.T) {
	bare := testutil.NewFaulty()
	defer bare.Memory.Close()
	all := kvdb.Capabilities(bare)
	if len(all) != len(operationsOf) {
		t.Fatalf("there are the capabilities %q; this test knows %d", all, len(operationsOf))
	}
	for set := range uint(1) << len(all) {
		if n := bits.OnesCount(set); n > 3 && n < len(all)-3 {
			continue
		}
		var names []string
		operations := map[string]bool{"get": true, "put": true, "delete": true}
		for i, name := range all {
			if set&(1<<i) != 0 {
				names = append(names, name)
				for _, o := range operationsOf[name] {
					operations[o] = true
				}
			}
		}
		registry := instrument.NewRegistry()
		producer := registry.NewProducer(instrument.WithMetricFilter(func(name string) bool { return name == "kvdb.requests" }))
		w, err := instrument.Wrap(unclosed{kvtest.Mask(bare, names...)}, instrument.WithRegistry(registry))
		if err != nil {
			t.Fatal(err)
		}
		if got := kvdb.Capabilities(w); !slices.Equal(got, names) {
			t.Errorf("capabilities %q became %q", names, got)
		}
		seen := make(map[string]bool)
		for _, s := range testutil.Collect(t, producer) {
			seen[s.Attributes["db.operation.name"]] = true
		}
		equalMaps(t, "operations", seen, operations)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// unclosed keeps a store open, so that many decorators can be tried on it.
type unclosed struct{ kvdb.Store }

func (u unclosed) Unwrap() kvdb.Store { return u.Store }
func (u unclosed) As(target any) bool {
	return u.Store.(kvdb.Decorator).As(target)
}
func (u unclosed) Close() error { return nil }

// What a decorator finds below itself is reached, and nothing around it.
func TestAs(t *testing.T) {
	bare := testutil.NewFaulty()
	w := wrap(t, bare, instrument.WithRegistry(instrument.NewRegistry()))
	if got, ok := kvdb.As[*testutil.Faulty](w); !ok || got != bare {
		t.Errorf("the engine's own type: %v, %v", got, ok)
	}
	if got, ok := kvdb.As[*instrument.Store](w); !ok || got != w {
		t.Errorf("the decorator's own type: %v, %v", got, ok)
	}
	if w.Unwrap() != kvdb.Store(bare) {
		t.Error("Unwrap is not the store below")
	}
	if w.As(new(int)) {
		t.Error("As an int")
	}
	if s, ok := kvdb.As[kvdb.Scanner](w); !ok || any(s) == any(bare) {
		t.Error("the scanner is the engine's own")
	}
	if d := as[kvdb.Describer](t, w); d.Describe() != bare.Describe() {
		t.Errorf("Describe = %v, want %v", d.Describe(), bare.Describe())
	}
}

// A batch of one is the plain operation and a batch of none is nothing.
func TestBatches(t *testing.T) {
	h := newHarness(t)
	ctx := t.Context()
	b, m := as[kvdb.Batcher](t, h.Store), as[kvdb.MultiGetter](t, h.Store)
	key, value := []byte("key"), []byte("value!")
	put, del := kvdb.Mutation{Key: key, Value: value}, kvdb.Mutation{Key: key, Value: value, Delete: true}
	for _, muts := range [][]kvdb.Mutation{
		nil, {put}, {del}, {put, put, put}, {del, del}, {put, del}, {del, put, put, del},
	} {
		if err := b.Apply(ctx, muts); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.below.Put(ctx, key, value); err != nil {
		t.Fatal(err)
	}
	for _, keys := range [][][]byte{nil, {key}, {[]byte("none")}, {key, []byte("none"), key}} {
		if _, err := m.GetMany(ctx, keys); err != nil {
			t.Fatal(err)
		}
	}
	collected := h.collect()
	got := make(map[string]float64)
	for _, name := range []string{"kvdb.requests", "kvdb.batch.items", "kvdb.bytes.written", "kvdb.bytes.read"} {
		for _, s := range collected.Find(name) {
			if s.Value > 0 {
				got[name+" "+s.Attributes["db.operation.name"]+" "+s.Attributes["kvdb.outcome"]] = s.Value
			}
		}
	}
	equalMaps(t, "sample", got, map[string]float64{
		"kvdb.requests put ok": 1, "kvdb.requests delete ok": 1, "kvdb.requests BATCH put ok": 1, "kvdb.requests BATCH delete ok": 1,
		"kvdb.requests BATCH ok": 2, "kvdb.requests get ok": 1, "kvdb.requests get miss": 1, "kvdb.requests BATCH get ok": 1,

		"kvdb.batch.items BATCH put ": 3, "kvdb.batch.items BATCH delete ": 2, "kvdb.batch.items BATCH ": 6,
		"kvdb.batch.items BATCH get ": 3,

		"kvdb.bytes.written put ": 9, "kvdb.bytes.written delete ": 3, "kvdb.bytes.written BATCH put ": 27,
		"kvdb.bytes.written BATCH delete ": 6, "kvdb.bytes.written BATCH ": 3*9 + 3*3, "kvdb.bytes.written get ": 7,
		"kvdb.bytes.written BATCH get ": 10,

		"kvdb.bytes.read get ": 6, "kvdb.bytes.read BATCH get ": 12,
	})
}

// Bytes are those of keys and values, sent and delivered.
func TestBytes(t *testing.T) {
	for _, c := range []struct {
		method        string
		written, read float64
	}{
		{"Get", 3, 6}, {"AppendGet", 3, 6}, {"Exists", 3, 0}, {"GetTTL", 3, 0}, {"GetSized", 3, 6}, {"GetManySized of one", 3, 6}, {"GetManySized", 6, 12}, {"GetMany of one", 3, 6}, {"Put", 9, 0}, {"PutTTL", 9, 0}, {"Apply of one", 9, 0},
		{"Delete", 3, 0}, {"Apply of one deletion", 3, 0}, {"Scan", 3, 9}, {"ScanPrefix", 3, 9},
		{"View", 6, 15}, {"Update", 12, 0}, {"CompareAndSwap", 9, 0}, {"Ping", 0, 0},
		{"Apply of puts", 18, 0}, {"Apply of deletions", 6, 0}, {"GetMany", 6, 12}, {"Apply", 12, 0},
	} {
		t.Run(c.method, func(t *testing.T) {
			h := newHarness(t, instrument.WithSizes())
			key, value := []byte("key"), []byte("value!")
			if err := h.below.Put(t.Context(), key, value); err != nil {
				t.Fatal(err)
			}
			calls := operationCalls(t)
			i := slices.IndexFunc(calls, func(o operationCall) bool { return o.name == c.method })
			if err := calls[i].call(t.Context(), h.Store, key, value); err != nil {
				t.Fatal(err)
			}
			collected := h.collect()
			for name, want := range map[string]float64{
				"kvdb.bytes.written": c.written, "kvdb.bytes.read": c.read,
				"kvdb.request.size_sum": c.written, "kvdb.response.size_sum": c.read,
			} {
				if got := collected.Sum(name); got != want {
					t.Errorf("%s is %v, want %v", name, got, want)
				}
			}
		})
	}
}

// Of a batch that the caller has no room for, the items that were answered count: it asks
// for the others again.
func TestItemsWithoutRoom(t *testing.T) {
	h := newHarness(t)
	for _, key := range []string{"a", "b", "c"} {
		if err := h.below.Put(t.Context(), []byte(key), []byte("value")); err != nil {
			t.Fatal(err)
		}
	}
	left := 0
	room := func(size int) []byte {
		if left--; left < 0 {
			return nil
		}
		return make([]byte, 0, size)
	}
	many := as[kvdb.SizedMultiGetter](t, h.Store)
	keys := [][]byte{[]byte("a"), []byte("absent"), []byte("b"), []byte("c")}
	for left = 1; len(keys) > 0; left = 1 {
		values, err := many.GetManySized(t.Context(), keys, room)
		if err != nil || len(values) == 0 {
			t.Fatal(values, err)
		}
		keys = keys[len(values):]
	}
	left = 0
	if values, err := many.GetManySized(t.Context(), [][]byte{[]byte("a"), []byte("b")}, room); len(values) > 0 || err != nil {
		t.Error(values, err)
	}
	if got := h.collect().Sum("kvdb.batch.items"); got != 3 { // the last one was a get
		t.Errorf("%v items were counted, want 3", got)
	}
}
