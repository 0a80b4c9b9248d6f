package kvpebble

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func newGuard() *guard {
	g := &guard{}
	g.init()
	return g
}

func never() error { return nil }

func TestGuardRefusesAfterClose(t *testing.T) {
	g := newGuard()
	if !g.close() || g.close() {
		t.Error("close must return true once, and false then")
	}
	if g.enter() != nil {
		t.Error("entered a closed guard")
	}
	g.drain(never)
}

func TestGuardDrainWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuard()
		first, second := g.enter(), g.enter()
		var drained atomic.Bool
		g.close()
		go func() {
			g.drain(never)
			drained.Store(true)
		}()
		for _, in := range []*guardShard{first, second} {
			synctest.Wait()
			if drained.Load() {
				t.Fatal("drained while an operation was inside")
			}
			if g.enter() != nil {
				t.Fatal("entered a closed guard")
			}
			g.leave(in)
		}
		synctest.Wait()
		if !drained.Load() {
			t.Fatal("not drained after the last operation left")
		}
	})
}

func TestGuardDrainGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuard()
		g.enter()
		g.close()
		full := errors.New("full")
		if err := g.drain(func() error { return full }); err != full {
			t.Errorf("drained with %v, want the error of an operation that is stuck", err)
		}
	})
}

// Nobody is inside once drain has returned, however enter and close race.
func TestGuardRace(t *testing.T) {
	for range 200 {
		g := newGuard()
		var inside atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					in := g.enter()
					if in == nil {
						return
					}
					inside.Add(1)
					inside.Add(-1)
					g.leave(in)
				}
			})
		}
		g.close()
		g.drain(never)
		if n := inside.Load(); n != 0 {
			t.Errorf("%d operations inside a drained guard", n)
		}
		wg.Wait()
	}
}
