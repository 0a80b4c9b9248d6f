package main

import (
	"context"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func stockedShop(t testing.TB, store kvdb.Store) *shop {
	t.Helper()
	last, err := stock(t.Context(), store, "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := newShop(store, "", last)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRate(t *testing.T) {
	for _, rate := range []float64{0.5, 7, 2000, 10_000} {
		synctest.Test(t, func(t *testing.T) {
			tally := kvtest.NewTally(kvdb.NewMemory(nil))
			s := stockedShop(t, tally)
			before := calls(tally)
			l := startLoad(s, noop.NewTracerProvider(), rate, func() {}, never)
			const d = 10 * time.Second
			time.Sleep(d)
			sum := l.stop()
			if want := rate * d.Seconds(); math.Abs(float64(sum.operations)-want) > 3+0.01*want {
				t.Errorf("%v operations in %v at a rate of %v", sum.operations, d, rate)
			}
			if sum.errors != 0 {
				t.Errorf("%d errors", sum.errors)
			}
			if got := calls(tally) - before; int64(got) != sum.operations {
				t.Errorf("the load counted %d operations, the store %d", sum.operations, got)
			}
		})
	}
}

func never() bool { return false }

func calls(tally *kvtest.Tally) (n int) {
	for _, count := range tally.Counts() {
		n += count
	}
	return n
}

// TestMix: the load shows a reader what a store does, misses included.
func TestMix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tally := kvtest.NewTally(kvdb.NewMemory(nil))
		l := startLoad(stockedShop(t, tally), noop.NewTracerProvider(), 2000, func() {}, never)
		time.Sleep(10 * time.Second)
		l.stop()
		counts := tally.Counts()
		all := float64(calls(tally))
		for call, share := range map[kvtest.Call]struct{ min, max float64 }{
			{Operation: "get", Outcome: "ok"}:       {0.5, 0.9},
			{Operation: "get", Outcome: "miss"}:     {0.03, 0.3},
			{Operation: "put", Outcome: "ok"}:       {0.05, 0.2},
			{Operation: "delete", Outcome: "ok"}:    {0.005, 0.05},
			{Operation: "scan", Outcome: "ok"}:      {0.01, 0.1},
			{Operation: "BATCH put", Outcome: "ok"}: {0.002, 0.05},
			{Operation: "BATCH", Outcome: "ok"}:     {0.005, 0.05},
		} {
			if got := float64(counts[call]) / all; got < share.min || got > share.max {
				t.Errorf("%v is %.3f of all operations, want from %v to %v", call, got, share.min, share.max)
			}
		}
	})
	share := 0
	for _, r := range requests {
		share += r.share
	}
	if share != 100 {
		t.Errorf("the requests make up %d %%", share)
	}
}

// TestFullShop: while a store hangs, the load neither grows nor piles up for
// later, and stops no later than its requests.
func TestFullShop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate = 3000
		s := stockedShop(t, kvdb.NewMemory(nil))
		store := &sluggish{Store: s.store}
		s.store = store
		l := startLoad(s, noop.NewTracerProvider(), rate, func() {}, never)
		time.Sleep(5*time.Second + requestTimeout/2)
		if n := len(l.slots); n == 0 || n > atOnce {
			t.Errorf("%d requests at once, want at most %d", n, atOnce)
		}

		before := s.operations.Load()
		store.awake.Store(true)
		time.Sleep(requestTimeout)
		const fresh = rate*int64(requestTimeout/time.Second) + 3*atOnce // and the rest of those that hung
		if n := s.operations.Load() - before; float64(n) > 1.1*float64(fresh) {
			t.Errorf("%d operations in %v after the store awoke, want at most %d", n, requestTimeout, fresh)
		}

		store.awake.Store(false)
		time.Sleep(100 * time.Millisecond)
		began := time.Now()
		sum := l.stop()
		if took := time.Since(began); took == 0 || took > requestTimeout {
			t.Errorf("stop took %v", took)
		}
		if len(l.slots) > 0 || sum.operations != s.operations.Load() {
			t.Errorf("%d requests are under way after stop", len(l.slots))
		}
	})
}

// sluggish is a store whose reads take as long as they may until it awakes.
type sluggish struct {
	kvdb.Store
	awake atomic.Bool
}

func (s *sluggish) Get(ctx context.Context, key []byte) ([]byte, error) {
	if !s.awake.Load() {
		<-ctx.Done()
		return nil, kvdb.ContextError("get", ctx.Err())
	}
	return s.Store.Get(ctx, key)
}

// TestRequests: each is a root span that tells whether it went well.
func TestRequests(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	store := kvdb.NewMemory(nil)
	s := stockedShop(t, store)
	l := &load{shop: s, tracer: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("")}
	for _, r := range requests {
		before := s.operations.Load()
		l.serve(r)
		if got := s.operations.Load() - before; got != int64(r.operations) {
			t.Errorf("%s made %d operations, want %d", r.name, got, r.operations)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range requests {
		l.serve(r)
	}
	if got := s.errors.Load(); got != int64(len(requests)) {
		t.Errorf("%d errors of %d requests to a closed store", got, len(requests))
	}
	for i, span := range spans.Ended() {
		want := requests[i%len(requests)].name
		if span.Name() != want || span.Parent().IsValid() || (span.Status().Description != "") != (i >= len(requests)) {
			t.Errorf("span %d: %q %v, want %q", i, span.Name(), span.Status(), want)
		}
	}
}

func TestOrdersGoOn(t *testing.T) {
	store := kvdb.NewMemory(nil)
	s := stockedShop(t, store)
	for range 3 {
		if err := s.checkOut(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := stockedShop(t, store).order.Load(); got != 3 {
		t.Errorf("the last order is %d, want 3", got)
	}
	s.order.Store(kept) // the next one is one too many
	if err := s.checkOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(t.Context(), s.keys.order(1)); err != kvdb.ErrNotFound {
		t.Errorf("order 1 is still there: %v", err)
	}
}
