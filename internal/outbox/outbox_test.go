package outbox_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCallsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := outbox.New(1000, nil)
		var got []int
		for i := range 500 {
			if !b.Add(func() { got = append(got, i) }) {
				t.Fatalf("call %d was dropped", i)
			}
		}
		if left := b.Close(t.Context()); left != 0 {
			t.Errorf("%d left", left)
		}
		if len(got) != 500 || !slices.IsSorted(got) {
			t.Errorf("made %v", got)
		}
	})
}

// TestHungCallCostsItself: whoever adds does not wait, what waits is bounded, and
// the goroutines are one.
func TestHungCallCostsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int
		b := outbox.New(3, func(n int) { told = append(told, n) })
		release := make(chan struct{})
		before := runtime.NumGoroutine()
		b.Add(func() { <-release })
		synctest.Wait()
		made := 0
		for range 10 {
			b.Add(func() { made++ })
		}
		if n := runtime.NumGoroutine() - before; n != 1 {
			t.Errorf("%d goroutines", n)
		}
		time.Sleep(time.Minute)
		if d, n := b.Stalled(time.Now()), b.Dropped(); d != time.Minute || n != 7 {
			t.Errorf("stalled for %v, %d dropped", d, n)
		}
		close(release)
		synctest.Wait()
		if made != 3 || !slices.Equal(told, []int{7}) {
			t.Errorf("made %d, told %v", made, told)
		}
		if d, n := b.Stalled(time.Now()), runtime.NumGoroutine(); d != 0 || n != before {
			t.Errorf("afterwards stalled for %v, %d goroutines, %d before", d, n, before)
		}
	})
}

// TestBadCallCostsItself: what panics or ends its goroutine holds up nothing.
func TestBadCallCostsItself(t *testing.T) {
	for name, bad := range map[string]func(){
		"panic": func() { panic("no") }, "nil panic": func() { panic(nil) },
		"exit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []int
				b := outbox.New(8, func(n int) {
					told = append(told, n)
					bad() // and neither does who is told
				})
				made := 0
				for range 3 {
					b.Add(bad)
					b.Add(func() { made++ })
					synctest.Wait()
				}
				if n := b.Dropped(); made != 3 || n != 3 {
					t.Errorf("made %d, dropped %d", made, n)
				}
				if !slices.Equal(told, []int{1, 1, 2, 2, 3}) { // they stay untold
					t.Errorf("told %v", told)
				}
			})
		})
	}
}

func TestCloseHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := outbox.New(8, nil)
		release := make(chan struct{})
		b.Add(func() { <-release })
		made := false
		b.Add(func() { made = true })
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if left, d := b.Close(ctx), time.Since(began); left != 2 || d != time.Second {
			t.Errorf("%d left after %v", left, d)
		}
		if b.Add(func() { made = true }) {
			t.Error("a call was added after Close")
		}
		close(release)
		synctest.Wait()
		if made || b.Dropped() != 2 {
			t.Errorf("made after Close: %t; %d dropped", made, b.Dropped())
		}
		if left := b.Close(ctx); left != 0 {
			t.Errorf("%d left at last", left)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	b := outbox.New(4, func(int) {})
	var made, added int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				ok := b.Add(func() { made++ }) // one at a time
				if ok {
					mu.Lock()
					added++
					mu.Unlock()
				}
				_ = b.Stalled(time.Now())
			}
		})
	}
	wg.Wait()
	if left := b.Close(t.Context()); left != 0 || made != added || b.Dropped() != int64(4000-added) {
		t.Errorf("%d left, %d of %d made, %d dropped", left, made, added, b.Dropped())
	}
}
