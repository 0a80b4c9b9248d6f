package instrument_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A harness is a wrapped store with everything that it reports to.
type harness struct {
	*instrument.Store
	t        testing.TB
	below    *testutil.Faulty
	registry *instrument.Registry
	producer *instrument.Producer
	traces   *sdktrace.TracerProvider
	spans    *tracetest.SpanRecorder
	log      *testutil.Log
}

// newHarness wraps a store that has every capability. Options win over the
// harness's own.
func newHarness(t testing.TB, options ...instrument.Option) *harness {
	t.Helper()
	return newHarnessOver(t, testutil.NewFaulty(), options...)
}

func newHarnessOver(t testing.TB, below *testutil.Faulty, options ...instrument.Option) *harness {
	t.Helper()
	h := &harness{t: t, below: below, registry: instrument.NewRegistry(), spans: tracetest.NewSpanRecorder()}
	h.producer = h.registry.NewProducer(instrument.WithSummaries())
	h.traces = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(h.spans))
	logger, log := testutil.NewLog(t, zapcore.InfoLevel)
	h.log = log
	own := []instrument.Option{
		instrument.WithRegistry(h.registry), instrument.WithTracerProvider(h.traces), instrument.WithLogger(logger),
	}
	h.Store = wrap(t, below, append(own, options...)...)
	return h
}

// wrap wraps a store and closes it at the end of the test.
func wrap(t testing.TB, s kvdb.Store, options ...instrument.Option) *instrument.Store {
	t.Helper()
	w, err := instrument.Wrap(s, options...)
	if err != nil {
		t.Fatalf("Wrap: %v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil && !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
	})
	return w
}

// as returns a capability of s.
func as[C any](t testing.TB, s kvdb.Store) C {
	t.Helper()
	c, ok := kvdb.As[C](s)
	if !ok {
		t.Fatalf("the store lacks %T", &c)
	}
	return c
}

// collect returns what the harness's reader sees now.
func (h *harness) collect() testutil.Samples {
	h.t.Helper()
	return testutil.Collect(h.t, h.producer)
}

// sampled returns a context whose span is sampled and recording, and how to end
// that span.
func (h *harness) sampled(ctx context.Context) (context.Context, trace.Span) {
	return h.traces.Tracer("test").Start(ctx, "parent")
}

// ended returns the spans that the store ended, without those of the tests.
func (h *harness) ended() []sdktrace.ReadOnlySpan {
	var own []sdktrace.ReadOnlySpan
	for _, s := range h.spans.Ended() {
		if s.InstrumentationScope().Name != "test" {
			own = append(own, s)
		}
	}
	return own
}

// An operationCall calls one operation of a store, with one key and one value
// where it takes them.
type operationCall struct {
	name      string // of the method
	operation string // on the metrics
	call      func(ctx context.Context, s kvdb.Store, key, value []byte) error
}

// operationCalls has every method of every capability that is an operation.
func operationCalls(t testing.TB) []operationCall {
	return []operationCall{
		{"Get", "get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := s.Get(ctx, key)
			return err
		}},
		{"AppendGet", "get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := as[kvdb.Appender](t, s).AppendGet(ctx, []byte("before"), key)
			return err
		}},
		{"Exists", "get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			found, err := as[kvdb.Exister](t, s).Exists(ctx, key)
			if err == nil && !found {
				err = kvdb.ErrNotFound
			}
			return err
		}},
		{"GetTTL", "get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := as[kvdb.TTLGetter](t, s).GetTTL(ctx, key)
			return err
		}},
		{"GetSized", "get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := as[kvdb.SizedGetter](t, s).GetSized(ctx, key, anyRoom)
			return err
		}},
		{"GetManySized of one", "get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := as[kvdb.SizedMultiGetter](t, s).GetManySized(ctx, [][]byte{key}, anyRoom)
			return err
		}},
		{"GetMany of one", "get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := as[kvdb.MultiGetter](t, s).GetMany(ctx, [][]byte{key})
			return err
		}},
		{"Put", "put", func(ctx context.Context, s kvdb.Store, key, value []byte) error {
			return s.Put(ctx, key, value)
		}},
		{"PutTTL", "put", func(ctx context.Context, s kvdb.Store, key, value []byte) error {
			return as[kvdb.TTLPutter](t, s).PutTTL(ctx, key, value, time.Hour)
		}},
		{"Apply of one", "put", func(ctx context.Context, s kvdb.Store, key, value []byte) error {
			return as[kvdb.Batcher](t, s).Apply(ctx, []kvdb.Mutation{{Key: key, Value: value}})
		}},
		{"Delete", "delete", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			return s.Delete(ctx, key)
		}},
		{"Apply of one deletion", "delete", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			return as[kvdb.Batcher](t, s).Apply(ctx, []kvdb.Mutation{{Key: key, Delete: true}})
		}},
		{"Scan", "scan", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			return drain(as[kvdb.Scanner](t, s).Scan(ctx, kvdb.Range{Start: key}))
		}},
		{"ScanPrefix", "scan", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			return drain(as[kvdb.PrefixScanner](t, s).ScanPrefix(ctx, key))
		}},
		{"View", "view", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			return as[kvdb.Viewer](t, s).View(ctx, func(r kvdb.Reader) error {
				if _, err := r.Get(ctx, key); err != nil && !errors.Is(err, kvdb.ErrNotFound) {
					return err
				}
				return drain(r.Scan(ctx, kvdb.Range{Start: key}))
			})
		}},
		{"Update", "update", func(ctx context.Context, s kvdb.Store, key, value []byte) error {
			return as[kvdb.Updater](t, s).Update(ctx, func(x kvdb.Txn) error {
				if err := x.Put(ctx, key, value); err != nil {
					return err
				}
				return x.Delete(ctx, key)
			})
		}},
		{"CompareAndSwap", "compare_and_swap", func(ctx context.Context, s kvdb.Store, key, value []byte) error {
			_, err := as[kvdb.Swapper](t, s).CompareAndSwap(ctx, key, nil, value)
			return err
		}},
		{"Ping", "ping", func(ctx context.Context, s kvdb.Store, _, _ []byte) error {
			return as[kvdb.Pinger](t, s).Ping(ctx)
		}},
		{"Apply of puts", "BATCH put", func(ctx context.Context, s kvdb.Store, key, value []byte) error {
			return as[kvdb.Batcher](t, s).Apply(ctx, []kvdb.Mutation{{Key: key, Value: value}, {Key: key, Value: value}})
		}},
		{"Apply of deletions", "BATCH delete", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			return as[kvdb.Batcher](t, s).Apply(ctx, []kvdb.Mutation{{Key: key, Delete: true}, {Key: key, Delete: true}})
		}},
		{"GetManySized", "BATCH get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := as[kvdb.SizedMultiGetter](t, s).GetManySized(ctx, [][]byte{key, key}, anyRoom)
			return err
		}},
		{"GetMany", "BATCH get", func(ctx context.Context, s kvdb.Store, key, _ []byte) error {
			_, err := as[kvdb.MultiGetter](t, s).GetMany(ctx, [][]byte{key, key})
			return err
		}},
		{"Apply", "BATCH", func(ctx context.Context, s kvdb.Store, key, value []byte) error {
			return as[kvdb.Batcher](t, s).Apply(ctx, []kvdb.Mutation{{Key: key, Value: value}, {Key: key, Delete: true}})
		}},
	}
}

func drain(entries func(func(kvdb.Entry, error) bool)) (last error) {
	for _, err := range entries {
		last = err
	}
	return last
}

// recovered returns what f panics with.
func recovered(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// equalMaps reports the differences of two maps of series.
func equalMaps[V comparable](t testing.TB, what string, got, want map[string]V) {
	t.Helper()
	keys := slices.Collect(maps.Keys(got))
	for k := range want {
		if _, ok := got[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		g, inGot := got[k]
		w, inWant := want[k]
		if g != w || inGot != inWant {
			t.Errorf("%s: %s is %v (there: %v), want %v (there: %v)", what, k, g, inGot, w, inWant)
		}
	}
}

// A setting is a variable that a test changes while the store reads it.
type setting[T any] struct {
	mu    sync.Mutex
	value T
}

func (s *setting[T]) set(v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = v
}

func (s *setting[T]) get() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

// anyRoom is room for a value of any size.
func anyRoom(size int) []byte { return make([]byte, 0, size) }
