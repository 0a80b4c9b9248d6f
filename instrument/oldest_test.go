package instrument_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

const (
	oldestAge    = "kvdb.in_flight.oldest_age"
	oldestOwnAge = "kvdb.in_flight.oldest_own_age"
	hungAge      = "kvdb.in_flight.hung_age"
)

// hang is a fault of the operations whose context says so, until release is closed.
func hang(release <-chan struct{}) testutil.Fault {
	return func(ctx context.Context, _ string) error {
		if ctx.Value(hanging{}) != nil {
			<-release
			return nil
		}
		time.Sleep(1 + rand.N(time.Millisecond))
		return nil
	}
}

type hanging struct{}

// One operation that hangs shows by its age, among ten thousand a second that work,
// and through both ways out.
func TestOldestAmongWorking(t *testing.T) {
	for operation, call := range map[string]func(context.Context, testing.TB, kvdb.Store){
		"put": func(ctx context.Context, _ testing.TB, s kvdb.Store) { _ = s.Put(ctx, []byte("key"), nil) },
		"scan": func(ctx context.Context, t testing.TB, s kvdb.Store) {
			for range as[kvdb.Scanner](t, s).Scan(ctx, kvdb.Range{}) {
			}
		},
		"view": func(ctx context.Context, t testing.TB, s kvdb.Store) {
			_ = as[kvdb.Viewer](t, s).View(ctx, func(kvdb.Reader) error { return nil })
		},
		"update": func(ctx context.Context, t testing.TB, s kvdb.Store) {
			_ = as[kvdb.Updater](t, s).Update(ctx, func(kvdb.Txn) error { return nil })
		},
	} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				below, reader := testutil.NewFaulty(), newMeterReader()
				r := instrument.NewRegistry()
				s := wrap(t, wrap(t, below, instrument.WithMeterProvider(reader.provider)), instrument.WithRegistry(r))
				release, stop := make(chan struct{}), make(chan struct{})
				below.Inject(hang(release))
				var callers sync.WaitGroup
				for range 5 {
					callers.Go(func() {
						for ctx := context.Background(); ; {
							select {
							case <-stop:
								return
							default:
								call(ctx, t, s)
							}
						}
					})
				}
				p := r.NewProducer()
				ages := func() [2]float64 {
					return [...]float64{testutil.Collect(t, p).Sum(oldestAge), reader.collect(t).Sum(oldestAge)}
				}
				time.Sleep(3 * time.Second)
				if got := ages(); got != [2]float64{} {
					t.Errorf("the oldest are %v seconds old, and nothing hangs", got)
				}
				began := time.Now()
				callers.Go(func() { call(context.WithValue(context.Background(), hanging{}, true), t, s) })
				for range 4 {
					time.Sleep(rand.N(2 * time.Second))
					age := time.Since(began).Seconds()
					for _, got := range ages() {
						if got > age || got < age-1.1 {
							t.Fatalf("the oldest is %v seconds old, want %v", got, age)
						}
					}
					own := [...]float64{testutil.Collect(t, p).Sum(oldestOwnAge), reader.collect(t).Sum(oldestOwnAge)}
					if want := ages(); operation == "put" && own != want || operation != "put" && own != [2]float64{} {
						t.Errorf("the oldest %s is %v seconds old, without callers' code %v", operation, want, own)
					}
					if old := s.Oldest(); age > 2 && (len(old) != 1 || old[0].Operation != operation || old[0].CallerTime == (operation == "put")) {
						t.Errorf("the oldest are %v, want one %s", old, operation)
					}
				}
				close(release)
				time.Sleep(2 * time.Second)
				if got := ages(); got != [2]float64{} || s.Oldest() != nil {
					t.Errorf("the oldest are %v seconds old, and the one that hung has ended: %v", got, s.Oldest())
				}
				close(stop)
				callers.Wait()
			})
		})
	}
}

// Of many stores each shows its own, and one that is closed none.
func TestOldestOfManyStores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		release := make(chan struct{})
		var hung *instrument.Store
		for i := range 100 {
			below := testutil.NewFaulty()
			below.Info = kvdb.Info{System: "memory", Namespace: string(rune('A' + i))}
			s := wrap(t, below, instrument.WithRegistry(r))
			if i == 42 {
				hung = s
				below.Inject(hang(release))
			}
		}
		var caller sync.WaitGroup
		caller.Go(func() { _ = hung.Delete(context.WithValue(context.Background(), hanging{}, true), []byte("key")) })
		time.Sleep(time.Minute)
		for _, s := range r.Snapshot().Stores {
			if old := s.OldestAge > 58*time.Second; old != (s.Namespace == string(rune('A'+42))) {
				t.Errorf("the oldest operation of %q is %v old", s.Namespace, s.OldestAge)
			}
		}
		close(release)
		caller.Wait()
	})
}

// The oldest operation that hangs is named, while it does, and a transaction of the caller never.
func TestHungAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below, reader := testutil.NewFaulty(), newMeterReader()
		r := instrument.NewRegistry()
		s := wrap(t, wrap(t, below, instrument.WithMeterProvider(reader.provider)), instrument.WithRegistry(r))
		p := r.NewProducer()
		hangs := map[string]chan struct{}{"put": make(chan struct{}), "view": make(chan struct{}), "get": make(chan struct{})}
		below.Inject(func(_ context.Context, operation string) error {
			if release, ok := hangs[operation]; ok {
				<-release
			}
			return nil
		})
		ctx := t.Context()
		var callers sync.WaitGroup
		callers.Go(func() { _ = as[kvdb.Viewer](t, s).View(ctx, func(kvdb.Reader) error { return nil }) })
		callers.Go(func() { _ = s.Put(ctx, []byte("key"), nil) })
		time.Sleep(10 * time.Second)
		callers.Go(func() { _, _ = s.Get(ctx, []byte("key")) })
		hung := func(after time.Duration, want ...string) {
			t.Helper()
			time.Sleep(after)
			for _, seen := range []testutil.Samples{testutil.Collect(t, p), reader.collect(t)} {
				var names []string
				for _, one := range seen.Find(hungAge) {
					names = append(names, one.Attributes["db.operation.name"])
					if one.Value < 30 {
						t.Errorf("%v hangs for %v s", one.Attributes, one.Value)
					}
				}
				if !slices.Equal(names, want) {
					t.Errorf("%v later %q hang, want %q", after, names, want)
				}
			}
		}
		hung(19 * time.Second)
		hung(3*time.Second, "put")
		hung(10*time.Second, "put")
		close(hangs["put"])
		hung(2*time.Second, "get")
		close(hangs["get"])
		hung(2 * time.Second)
		close(hangs["view"])
		callers.Wait()
	})
}

// A store that comes back can know its operations in another order: what hangs keeps its name.
func TestHungAgeAfterReopening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		p := r.NewProducer()
		if err := newLargeRecorder(t, []string{"scan", "load"}, instrument.WithRegistry(r)).Close(); err != nil {
			t.Fatal(err)
		}
		second := newLargeRecorder(t, []string{"load", "scan"}, instrument.WithRegistry(r))
		release := make(chan struct{})
		var callers sync.WaitGroup
		callers.Go(func() { second.Operation("load").Call().Run(func() { <-release }) })
		time.Sleep(40 * time.Second)
		seen := testutil.Collect(t, p).Find(hungAge)
		if len(seen) != 1 || seen[0].Attributes["db.operation.name"] != "load" {
			t.Errorf("%v, want it of load", seen)
		}
		close(release)
		callers.Wait()
	})
}
