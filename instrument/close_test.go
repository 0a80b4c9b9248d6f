package instrument_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

func requests(t testing.TB, p *instrument.Producer) float64 {
	t.Helper()
	return testutil.Collect(t, p).Sum("kvdb.requests")
}

// Each reader gets the final values once more, whenever it comes.
func TestFinalValues(t *testing.T) {
	for name, selector := range map[string]sdkmetric.TemporalitySelector{
		"cumulative": sdkmetric.DefaultTemporalitySelector, "delta": deltaTemporality,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			temporality := instrument.WithTemporality(selector)
			early, late := h.registry.NewProducer(temporality), h.registry.NewProducer(temporality)
			_, _ = h.Get(t.Context(), []byte("key"))
			if n := requests(t, early); n != 1 {
				t.Fatalf("%v requests before Close, want 1", n)
			}
			_, _ = h.Get(t.Context(), []byte("key"))
			if err := h.Close(); err != nil {
				t.Fatal(err)
			}
			want := 2.0
			if name == "delta" {
				want = 1
			}
			if n := requests(t, early); n != want {
				t.Errorf("%v requests after Close, want %v", n, want)
			}
			if n := requests(t, early); n != 0 {
				t.Errorf("%v requests after the final ones, want none", n)
			}
			if n := requests(t, late); n != 2 {
				t.Errorf("%v requests for the reader that comes late, want 2", n)
			}
			if n := requests(t, h.producer); n != 2 {
				t.Errorf("%v requests for the third reader, want 2", n)
			}
			requests(t, early) // forgets what all readers have seen
			if n := requests(t, h.registry.NewProducer(temporality)); n != 0 {
				t.Errorf("%v requests for a reader made when all had seen them, want none", n)
			}
		})
	}
}

// Gauges say how things are, so they end with the store.
func TestFinalGauges(t *testing.T) {
	h := newHarness(t)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	collected := h.collect()
	for _, name := range []string{"kvdb.stats.age", "kvdb.utilization", "kvdb.replication.connected"} {
		if got := collected.Find(name); len(got) > 0 {
			t.Errorf("after Close there is %v", got)
		}
	}
}

func TestFinalValuesDoNotWaitForEver(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  float64
	}{
		{5*time.Minute - time.Second, 1}, {5*time.Minute + time.Second, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t)
			_, _ = h.Get(t.Context(), []byte("key"))
			if err := h.Close(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(c.after)
			if n := requests(t, h.producer); n != c.want {
				t.Errorf("%v after Close there are %v requests, want %v", c.after, n, c.want)
			}
		})
	}
}

func TestDuplicate(t *testing.T) {
	r := instrument.NewRegistry()
	w := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
	second := kvdb.NewMemory(nil)
	if _, err := instrument.Wrap(second, instrument.WithRegistry(r)); !errors.Is(err, instrument.ErrDuplicate) {
		t.Errorf("Wrap returned %v, want ErrDuplicate", err)
	}
	if err := second.Ping(t.Context()); err != nil {
		t.Errorf("the refused store is not as it was: %v", err)
	}
	wrap(t, second, instrument.WithRegistry(r), instrument.WithNamespace("second"))
	wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(r))
}

// failingClose is a store whose Close fails.
type failingClose struct{ kvdb.Store }

var errClose = errors.New("close")

func (failingClose) Close() error { return errClose }

func TestCloseFails(t *testing.T) {
	r := instrument.NewRegistry()
	w, err := instrument.Wrap(failingClose{kvdb.NewMemory(nil)}, instrument.WithRegistry(r))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Close(); err != errClose {
			t.Errorf("Close returned %v, want the error of the store below", err)
		}
	}
	again, err := instrument.Wrap(failingClose{kvdb.NewMemory(nil)}, instrument.WithRegistry(r))
	if err != nil {
		t.Fatalf("the name is not free: %v", err)
	}
	_ = again.Close()
}

// panickingClose is a store whose Close panics.
type panickingClose struct{ kvdb.Store }

func (panickingClose) Close() error { panic("in Close") }

// A Close below that panics frees the name and ends the registry's goroutine
// all the same.
func TestClosePanics(t *testing.T) {
	r := instrument.NewRegistry()
	w, err := instrument.Wrap(panickingClose{kvdb.NewMemory(nil)}, instrument.WithRegistry(r))
	if err != nil {
		t.Fatal(err)
	}
	if got := recovered(func() { _ = w.Close() }); got != "in Close" {
		t.Errorf("recovered %v", got)
	}
	again, err := instrument.Wrap(panickingClose{kvdb.NewMemory(nil)}, instrument.WithRegistry(r))
	if err != nil {
		t.Fatalf("the name is not free: %v", err)
	}
	_ = recovered(func() { _ = again.Close() })
}
