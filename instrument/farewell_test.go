package instrument_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
)

// Three thousand stores come and go while nobody reads: the last ones are told,
// the others are a number.
func TestFarewellsAreFew(t *testing.T) {
	const stores, kept = 3000, 64
	r := instrument.NewRegistry()
	idle, reader := r.NewProducer(), r.NewProducer()
	before := heap()
	for i := range stores {
		visit(t, r, 1, instrument.WithNamespace(fmt.Sprint(i)))
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("%d bytes for stores that are closed", grown)
	}
	collected := testutil.Collect(t, reader)
	if n := collected.Sum("kvdb.requests"); n != kept {
		t.Errorf("%v requests, want those of %d stores", n, kept)
	}
	if n := collected.Sum("kvdb.requests", "db.namespace", fmt.Sprint(stores-1)); n != 1 {
		t.Errorf("%v requests of the store that closed last, want 1", n)
	}
	if n := collected.Sum("kvdb.farewells.lost"); n != stores-kept {
		t.Errorf("%v farewells lost, want %d", n, stores-kept)
	}
	visit(t, r, 1, instrument.WithNamespace("another"))
	if n := testutil.Collect(t, reader).Sum("kvdb.farewells.lost"); n != stores-kept {
		t.Errorf("%v farewells lost to a reader that is told all, want %d", n, stores-kept)
	}
	if n := testutil.Collect(t, idle).Sum("kvdb.farewells.lost"); n != stores-kept+1 {
		t.Errorf("%v farewells lost to the other one, want %d", n, stores-kept+1)
	}
	runtime.KeepAlive(r)
}

// A farewell is lost for the readers that did not come in time, and for no other.
func TestFarewellsAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := instrument.NewRegistry()
		cumulative := r.NewProducer()
		deltas := r.NewProducer(instrument.WithTemporality(deltaTemporality))
		reader := r.NewProducer()
		lost := func(p *instrument.Producer) float64 { return testutil.Collect(t, p).Sum("kvdb.farewells.lost") }
		for i := range 3 {
			visit(t, r, 1, instrument.WithNamespace(fmt.Sprint(i)))
			if n := lost(reader); n != 0 {
				t.Errorf("%v farewells lost to who reads them", n)
			}
		}
		time.Sleep(5*time.Minute + time.Second)
		for i, want := range []struct{ all, change float64 }{{3, 3}, {3, 0}} {
			if n := lost(cumulative); n != want.all {
				t.Errorf("collection %d: %v farewells lost, want %v", i, n, want.all)
			}
			if n := lost(deltas); n != want.change {
				t.Errorf("collection %d: the change is %v, want %v", i, n, want.change)
			}
		}
		if n := lost(reader); n != 0 {
			t.Errorf("%v farewells lost to who has read them", n)
		}
	})
}
