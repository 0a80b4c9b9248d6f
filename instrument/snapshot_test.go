package instrument_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"sync"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// fail has all operations of the store below fail.
func (h *harness) fail(err error) {
	h.below.Inject(func(context.Context, string) error { return err })
}

// operation returns one operation of the only store of a snapshot.
func operation(t testing.TB, s instrument.Snapshot, name string) instrument.OperationSnapshot {
	t.Helper()
	if len(s.Stores) == 1 {
		for _, o := range s.Stores[0].Operations {
			if o.Operation == name {
				return o
			}
		}
	}
	t.Fatalf("there is no %q in %+v", name, s)
	return instrument.OperationSnapshot{}
}

func TestSnapshot(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		operation string
		do        func(ctx context.Context, h *harness)
		want      instrument.OperationSnapshot // without durations
	}{
		"nothing": {"get", func(context.Context, *harness) {}, instrument.OperationSnapshot{}},
		"a success": {"put", func(ctx context.Context, h *harness) {
			_ = h.Put(ctx, []byte("key"), []byte("value"))
		}, instrument.OperationSnapshot{OK: 1, BytesWritten: 8}},
		"bytes": {"get", func(ctx context.Context, h *harness) {
			_ = h.Put(ctx, []byte("key"), []byte("value"))
			_, _ = h.Get(ctx, []byte("key"))
		}, instrument.OperationSnapshot{OK: 1, BytesWritten: 3, BytesRead: 5}},
		"a miss": {"get", func(ctx context.Context, h *harness) {
			_, _ = h.Get(ctx, []byte("none"))
		}, instrument.OperationSnapshot{Miss: 1, BytesWritten: 4}},
		"errors of two types": {"get", func(ctx context.Context, h *harness) {
			for _, err := range []error{kvdb.ErrUnavailable, kvdb.ErrUnavailable, errors.New("of nobody")} {
				h.fail(err)
				_, _ = h.Get(ctx, []byte("key"))
			}
		}, instrument.OperationSnapshot{Errors: 3, BytesWritten: 9, ErrorTypes: map[string]uint64{"unavailable": 2, "_OTHER": 1}}},
		"a conflict": {"put", func(ctx context.Context, h *harness) {
			h.fail(kvdb.ErrConflict)
			_ = h.Put(ctx, []byte("key"), nil)
		}, instrument.OperationSnapshot{Conflict: 1, BytesWritten: 3}},
		"canceled": {"get", func(_ context.Context, h *harness) {
			h.fail(context.Canceled)
			_, _ = h.Get(canceled, []byte("key"))
		}, instrument.OperationSnapshot{Canceled: 1, BytesWritten: 3}},
		"aborted": {"update", func(ctx context.Context, h *harness) {
			_ = as[kvdb.Updater](t, h.Store).Update(ctx, func(kvdb.Txn) error { return errors.New("the caller's") })
		}, instrument.OperationSnapshot{Aborted: 1}},
		"a batch": {"BATCH put", func(ctx context.Context, h *harness) {
			_ = as[kvdb.Batcher](t, h.Store).Apply(ctx, []kvdb.Mutation{{Key: []byte("a")}, {Key: []byte("b")}})
		}, instrument.OperationSnapshot{OK: 1, BytesWritten: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			before := time.Now()
			c.do(context.Background(), h)
			s := h.registry.Snapshot()
			got := operation(t, s, c.operation)
			if ended := got.Ended(); (ended > 0) != (got.Total > 0) || (ended > 0) != (got.P50 > 0) || got.P50 > got.P95 || got.P95 > got.P99 {
				t.Errorf("%d ended in %v, with the quantiles %v, %v and %v", ended, got.Total, got.P50, got.P95, got.P99)
			}
			if !maps.Equal(got.ErrorTypes, c.want.ErrorTypes) {
				t.Errorf("the types of errors are %v, want %v", got.ErrorTypes, c.want.ErrorTypes)
			}
			if s.Time.Before(before) || s.Stores[0].Since.After(s.Time) || s.Stores[0].InFlight != 0 {
				t.Errorf("%d are in flight at %v since %v", s.Stores[0].InFlight, s.Time, s.Stores[0].Since)
			}
			got.Total, got.P50, got.P95, got.P99, got.ErrorTypes = 0, 0, 0, 0, nil
			c.want.Operation, c.want.ErrorTypes = c.operation, nil
			if !equalOperations(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// equalOperations compares what does not depend on the clock or is a map.
func equalOperations(a, b instrument.OperationSnapshot) bool {
	return a.Operation == b.Operation && a.OK == b.OK && a.Miss == b.Miss && a.Conflict == b.Conflict && a.Aborted == b.Aborted &&
		a.Canceled == b.Canceled && a.Errors == b.Errors && a.BytesRead == b.BytesRead && a.BytesWritten == b.BytesWritten
}

// The open stores are there in order, and those that are closed are not.
func TestSnapshotOfStores(t *testing.T) {
	registry := instrument.NewRegistry()
	stores := make(map[string]*instrument.Store)
	for _, namespace := range []string{"b", "c", "a"} {
		stores[namespace] = wrap(t, testutil.NewFaulty(), instrument.WithRegistry(registry), instrument.WithNamespace(namespace))
	}
	cache, err := instrument.NewRecorder(kvdb.Info{System: "cache"}, []string{"lookup"}, instrument.WithRegistry(registry), instrument.WithNamespace("z"))
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	_ = stores["b"].Close()
	var names []string
	for _, s := range registry.Snapshot().Stores {
		names = append(names, s.System+" "+s.Namespace)
	}
	want := []string{"cache z", "memory a", "memory c"}
	if len(names) != len(want) {
		t.Fatalf("the stores are %q, want %q", names, want)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Errorf("the stores are %q, want %q", names, want)
		}
	}
}

func TestSnapshotOfNothing(t *testing.T) {
	for name, r := range map[string]*instrument.Registry{"nil": nil, "zero": {}, "new": instrument.NewRegistry()} {
		if s := r.Snapshot(); len(s.Stores) > 0 || s.Time.IsZero() {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// The quantiles are of the durations that were recorded.
func TestSnapshotQuantiles(t *testing.T) {
	for name, c := range map[string]struct {
		options []instrument.Option
		want    [3]time.Duration
	}{
		"with the compat metrics": {[]instrument.Option{instrument.WithCompatMetrics()}, [3]time.Duration{10 * time.Millisecond, time.Second, time.Second}},
		"without them":            {nil, [3]time.Duration{}},
	} {
		registry := instrument.NewRegistry()
		cache, err := instrument.NewRecorder(kvdb.Info{System: "cache"}, []string{"lookup"}, append(c.options, instrument.WithRegistry(registry))...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			d := 10 * time.Millisecond
			if i >= 90 {
				d = time.Second
			}
			cache.Operation("lookup").Record(context.Background(), d, nil)
		}
		got := operation(t, registry.Snapshot(), "lookup")
		for i, q := range [...]time.Duration{got.P50, got.P95, got.P99} {
			if math.Abs(float64(q-c.want[i])) > 0.05*float64(c.want[i]) {
				t.Errorf("%s: quantile %d is %v, want %v", name, i, q, c.want[i])
			}
		}
		if want := 90*10*time.Millisecond + 10*time.Second; got.OK != 100 || got.Total != want {
			t.Errorf("%s: %d took %v, want %v", name, got.OK, got.Total, want)
		}
		_ = cache.Close()
	}
}

// Whoever looks takes nothing away from a reader of deltas.
func TestSnapshotTakesNothing(t *testing.T) {
	registry := instrument.NewRegistry()
	reader := registry.NewProducer(instrument.WithTemporality(func(sdkmetric.InstrumentKind) metricdata.Temporality { return metricdata.DeltaTemporality }))
	w := wrap(t, testutil.NewFaulty(), instrument.WithRegistry(registry))
	for range 3 {
		for range 5 {
			_ = w.Put(context.Background(), []byte("key"), nil)
			registry.Snapshot()
		}
		told := testutil.Collect(t, reader).Sum(catalog.Requests.Name, catalog.OperationName, "put", catalog.OutcomeAttribute, string(catalog.OK))
		if told != 5 {
			t.Errorf("the reader is told of %v operations, want 5", told)
		}
	}
	if n := operation(t, registry.Snapshot(), "put").OK; n != 15 {
		t.Errorf("the snapshot has %d operations, want 15", n)
	}
}

// Counts never fall, and an operation never ends before it began.
func TestSnapshotBesideOperations(t *testing.T) {
	h := newHarness(t)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for range 2000 {
				_ = h.Put(context.Background(), []byte("key"), []byte("value"))
			}
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		workers.Wait()
	}()
	for last, over := uint64(0), false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		s := h.registry.Snapshot()
		o := operation(t, s, "put")
		if o.OK < last || o.BytesWritten < 8*o.OK || s.Stores[0].InFlight > 4 {
			t.Errorf("%d operations after %d, of %d bytes, with %d in flight", o.OK, last, o.BytesWritten, s.Stores[0].InFlight)
		}
		last = o.OK
	}
	if n := operation(t, h.registry.Snapshot(), "put").OK; n != 8000 {
		t.Errorf("%d operations, want 8000", n)
	}
}
