package instrument_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// visit opens a store, reads from it and closes it.
func visit(t testing.TB, r *instrument.Registry, gets int, options ...instrument.Option) {
	t.Helper()
	w, err := instrument.Wrap(kvdb.NewMemory(nil), append([]instrument.Option{instrument.WithRegistry(r)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	for range gets {
		_, _ = w.Get(t.Context(), []byte("key"))
	}
	if n := w.Totals().Succeeded; n != uint64(gets) {
		t.Errorf("the store's own totals are %d, want %d", n, gets)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// A store that is opened again under its name goes on from what nobody has read
// yet: each reader sees one store, and nothing is lost.
func TestWrapAgain(t *testing.T) {
	for name, selector := range map[string]sdkmetric.TemporalitySelector{
		"cumulative": sdkmetric.DefaultTemporalitySelector, "delta": deltaTemporality,
	} {
		t.Run(name, func(t *testing.T) {
			r := instrument.NewRegistry()
			temporality := instrument.WithTemporality(selector)
			often, seldom, late := r.NewProducer(temporality), r.NewProducer(temporality), r.NewProducer(temporality)
			want := func(who string, p *instrument.Producer, all, change float64) {
				t.Helper()
				if name == "delta" {
					all = change
				}
				collected := testutil.Collect(t, p)
				collected.Map() // panics if a series is there twice
				for _, series := range []string{"kvdb.requests", "db.client.operation.duration_count"} {
					if n := collected.Sum(series); n != all {
						t.Errorf("%s: %s is %v, want %v", who, series, n, all)
					}
				}
			}
			w := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
			_, _ = w.Get(t.Context(), []byte("key"))
			want("often, store 1", often, 1, 1)
			want("seldom, store 1", seldom, 1, 1)
			_, _ = w.Get(t.Context(), []byte("key"))
			_ = w.Close()
			want("often, store 1 closed", often, 2, 1)

			visit(t, r, 10)
			want("often, store 2 closed", often, 12, 10)
			want("often, told everything", often, 0, 0)
			visit(t, r, 100)

			last := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
			want("often, store 4", often, 112, 100)
			want("seldom, store 4", seldom, 112, 111)
			want("late, store 4", late, 112, 112)
			_ = last.Close()
			for who, p := range map[string]*instrument.Producer{"often": often, "seldom": seldom, "late": late} {
				want(who+", store 4 closed", p, 112, 0)
			}

			visit(t, r, 5) // all have seen all, so this one is new
			want("often, store 5", often, 5, 5)
		})
	}
}

// What a thousand stores of one name left behind is one store's page, once.
func TestWrapAgainAndAgain(t *testing.T) {
	r := instrument.NewRegistry()
	visit(t, r, 1)
	one := len(testutil.Collect(t, r.NewProducer()))
	p := r.NewProducer()
	for range 1000 {
		visit(t, r, 2)
	}
	w := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
	for range 2 {
		collected := testutil.Collect(t, p)
		if n := collected.Sum("kvdb.requests"); n != 2001 || len(collected) < one || len(collected) > 2*one {
			t.Errorf("%v requests in %d samples, want 2001 in about %d", n, len(collected), one)
		}
		if n := collected.Sum("kvdb.farewells.lost"); n != 0 {
			t.Errorf("%v farewells lost", n)
		}
	}
	if n := w.Totals(); n != (instrument.Totals{}) {
		t.Errorf("the last store's own totals are %+v", n)
	}
}

// A store may come back with other options. What its readers know goes on.
func TestWrapAgainDifferently(t *testing.T) {
	r := instrument.NewRegistry()
	p, deltas := r.NewProducer(), r.NewProducer(instrument.WithTemporality(deltaTemporality))
	open := func(options ...instrument.Option) *instrument.Store {
		return wrap(t, &testutil.Faulty{Memory: kvdb.NewMemory(nil)}, append(options, instrument.WithRegistry(r))...)
	}
	fail := func(w *instrument.Store, key string) {
		below := w.Unwrap().(*testutil.Faulty)
		below.Inject(func(context.Context, string) error { return kvdb.ErrUnavailable })
		_, _ = w.Get(t.Context(), []byte(key))
		below.Inject(nil)
	}
	types := func(name string) instrument.Option {
		return instrument.WithErrorClassifier(func(error) string { return name }, name)
	}
	first := open(types("quota"))
	fail(first, "key")
	testutil.Collect(t, deltas)
	_ = first.Close()
	second := open(types("shard"), instrument.WithSizes(), instrument.WithoutCompatMetrics())
	fail(second, "longer key")
	_ = second.Close()
	third := open(types("quota"))
	fail(third, "key")

	now, change := testutil.Collect(t, p), testutil.Collect(t, deltas)
	for _, want := range []struct {
		name, label, value string
		now, change        float64
	}{
		{"kvdb.errors", "error.type", "quota", 2, 1},
		{"kvdb.errors", "error.type", "shard", 1, 1},
		{"kvdb.errors", "db.operation.name", "get", 3, 2},
		{"db.client.operation.duration_count", "error.type", "quota", 2, 1},
		{"db.client.operation.duration_count", "error.type", "shard", 1, 1},
		{"kvdb.request.latency_count", "db.operation.name", "get", 3, 2},
		{"kvdb.bytes.written", "db.operation.name", "get", 16, 13},
		{"kvdb.request.size_count", "db.operation.name", "get", 1, 1},
		{"kvdb.request.size_sum", "db.operation.name", "get", 10, 10},
	} {
		if n := now.Sum(want.name, want.label, want.value); n != want.now {
			t.Errorf("%s of %s is %v, want %v", want.name, want.value, n, want.now)
		}
		if n := change.Sum(want.name, want.label, want.value); n != want.change {
			t.Errorf("the change of %s of %s is %v, want %v", want.name, want.value, n, want.change)
		}
	}

	_ = third.Close()
	visit(t, r, 7, instrument.WithAttributes(attribute.String("shard", "b"))) // other series, so another store
	collected := testutil.Collect(t, p)
	if n := collected.Sum("kvdb.requests", "shard", "b"); n != 7 {
		t.Errorf("%v requests with the attribute, want 7", n)
	}
	if n := collected.Sum("kvdb.requests"); n != 10 {
		t.Errorf("%v requests, want 10", n)
	}
}

// A recorder comes back with other operations. Those of before go on, until they
// are more than a recorder may have.
func TestRecorderAgain(t *testing.T) {
	r := instrument.NewRegistry()
	p := r.NewProducer()
	record := func(operations ...string) {
		t.Helper()
		c, err := instrument.NewRecorder(kvdb.Info{System: "cache"}, operations, instrument.WithRegistry(r))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range operations {
			c.Operation(name).Record(t.Context(), time.Millisecond, nil)
		}
		_ = c.Close()
	}
	record("get", "set")
	record("scan", "get")
	collected := testutil.Collect(t, p)
	for name, want := range map[string]float64{"get": 2, "set": 1, "scan": 1} {
		if n := collected.Sum("kvdb.requests", "db.operation.name", name); n != want {
			t.Errorf("%v calls of %s, want %v", n, name, want)
		}
	}
	late := r.NewProducer()
	for i := range 100 {
		record(fmt.Sprint("a", i), fmt.Sprint("b", i))
	}
	collected = testutil.Collect(t, late)
	told, lost := collected.Sum("kvdb.requests"), collected.Sum("kvdb.farewells.lost")
	if told < 2 || told > 12 || lost == 0 {
		t.Errorf("%v calls told and %v farewells lost", told, lost)
	}
}

// An operation that ends after Close still counts.
func TestInFlightAtClose(t *testing.T) {
	r := instrument.NewRegistry()
	p := r.NewProducer()
	below := testutil.NewFaulty()
	entered, release := make(chan struct{}), make(chan struct{})
	below.Inject(func(_ context.Context, operation string) error {
		if operation == "put" {
			close(entered)
			<-release
		}
		return nil
	})
	w := wrap(t, below, instrument.WithRegistry(r))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.Put(context.Background(), []byte("key"), nil)
	}()
	<-entered
	_ = w.Close()
	again := wrap(t, testutil.NewFaulty(), instrument.WithRegistry(r))
	if n := testutil.Collect(t, p).Sum("kvdb.in_flight"); n != 1 {
		t.Errorf("%v operations in flight, want 1", n)
	}
	close(release)
	<-ended
	collected := testutil.Collect(t, p)
	if n, puts := collected.Sum("kvdb.in_flight"), collected.Sum("kvdb.requests", "db.operation.name", "put"); n != 0 || puts != 1 {
		t.Errorf("%v operations in flight and %v puts, want 0 and 1", n, puts)
	}
	if got, want := w.Totals(), (instrument.Totals{Refused: 1}); got != want { // the memory is closed
		t.Errorf("the closed store's own totals are %+v, want %+v", got, want)
	}
	if got := again.Totals(); got != (instrument.Totals{}) {
		t.Errorf("the open store's own totals are %+v", got)
	}
}

// Who goes on using what is closed is counted as long as the readers come.
func TestAfterClose(t *testing.T) {
	r := instrument.NewRegistry()
	p := r.NewProducer()
	w := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
	c, err := instrument.NewRecorder(kvdb.Info{System: "cache"}, []string{"get"}, instrument.WithRegistry(r))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Close(), c.Close()
	for range 3 {
		_ = w.Put(t.Context(), []byte("key"), nil)
		c.Operation("get").Record(t.Context(), time.Millisecond, nil)
	}
	collected := testutil.Collect(t, p)
	if n := collected.Sum("kvdb.errors", "error.type", "closed"); n != 3 {
		t.Errorf("%v errors, want 3", n)
	}
	if n := collected.Sum("kvdb.requests", "db.system.name", "cache"); n != 3 {
		t.Errorf("%v calls, want 3", n)
	}
	runtime.KeepAlive(c)
}

// The quantiles of a store that comes back after a minute are those of the last
// minute.
func TestQuantilesOfAStoreThatComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			after time.Duration
			want  bool
		}{{30 * time.Second, true}, {2 * time.Minute, false}} {
			r := instrument.NewRegistry()
			visit(t, r, 1)
			time.Sleep(c.after)
			wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
			for _, s := range testutil.Collect(t, r.NewProducer(instrument.WithSummaries())) {
				if s.Name == instrument.QuantilesName && s.Attributes["db.operation.name"] == "get" && s.Attributes["quantile"] == "0.5" {
					if got := s.Value == s.Value; got != c.want {
						t.Errorf("%v later the median is %v", c.after, s.Value)
					}
				}
			}
		}
	})
}
