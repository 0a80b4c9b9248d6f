package instrument_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A panic of the engine is counted and goes on as it was.
func TestPanics(t *testing.T) {
	type value struct{ n int }
	for _, c := range operationCalls(t) {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t)
			want := &value{1}
			h.below.Inject(testutil.Panics(want))
			got := recovered(func() { _ = c.call(t.Context(), h.Store, []byte("key"), []byte("value")) })
			if got != want {
				t.Errorf("recovered %v, want the engine's own value", got)
			}
			collected := h.collect()
			wantOne(t, collected, c.operation, "error", "panic")
			if n := collected.Sum("kvdb.in_flight"); n != 0 {
				t.Errorf("%v operations in flight, want 0", n)
			}
			if lines := h.log.Lines(t); len(lines) != 1 || lines[0]["error_type"] != "panic" || lines[0]["level"] != "error" {
				t.Errorf("logged %v, want one error of type panic", lines)
			}
		})
	}
}

// A goroutine that the engine ends, as a test that fails inside of one does, is
// counted like a panic.
func TestGoexit(t *testing.T) {
	for _, c := range operationCalls(t) {
		h := newHarness(t)
		h.below.Inject(func(context.Context, string) error {
			runtime.Goexit()
			return nil
		})
		done := make(chan bool)
		go func() {
			defer close(done)
			_ = c.call(t.Context(), h.Store, []byte("key"), []byte("value"))
			done <- true
		}()
		if <-done {
			t.Errorf("%s: the goroutine went on", c.name)
		}
		wantOne(t, h.collect(), c.operation, "error", "panic")
	}
}

func TestPanicInLoop(t *testing.T) {
	h := newHarness(t)
	ctx := t.Context()
	if err := h.Put(ctx, []byte("key"), []byte("value")); err != nil {
		t.Fatal(err)
	}
	h.collect()
	for name, scan := range map[string]func(){
		"the loop's body": func() {
			for range as[kvdb.Scanner](t, h.Store).Scan(ctx, kvdb.Range{}) {
				panic("in the body")
			}
		},
		"the function of a view": func() {
			_ = as[kvdb.Viewer](t, h.Store).View(ctx, func(kvdb.Reader) error { panic("in the body") })
		},
		"the function of an update": func() {
			_ = as[kvdb.Updater](t, h.Store).Update(ctx, func(kvdb.Txn) error { panic("in the body") })
		},
	} {
		before := h.collect().Sum("kvdb.errors", "error.type", "panic")
		if got := recovered(scan); got != "in the body" {
			t.Errorf("%s: recovered %v", name, got)
		}
		if n := h.collect().Sum("kvdb.errors", "error.type", "panic") - before; n != 1 {
			t.Errorf("%s: %v panics, want 1", name, n)
		}
	}
}
