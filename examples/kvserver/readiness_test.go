package main

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/kvdb"
)

// pingStore answers pings as it is told.
type pingStore struct {
	kvdb.Store
	mode  atomic.Int32
	pings atomic.Int32
}

const (
	pingAnswers = iota
	pingFails
	pingHangs
)

func (s *pingStore) Ping(ctx context.Context) error {
	s.pings.Add(1)
	switch s.mode.Load() {
	case pingFails:
		return errors.New("down")
	case pingHangs:
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func TestReadiness(t *testing.T) {
	for name, mode := range map[string]int32{"fails": pingFails, "hangs": pingHangs} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &pingStore{Store: memory(t)}
				store.mode.Store(mode)
				r := watch(store, zap.NewNop())
				defer r.stop()
				want := func(reason string, started bool) {
					t.Helper()
					synctest.Wait()
					if r.reason() != reason || r.started.Load() != started {
						t.Errorf("%q, started %t; want %q, %t", r.reason(), r.started.Load(), reason, started)
					}
				}
				want("database down", false)
				time.Sleep(10 * time.Second)
				want("database down", false)
				store.mode.Store(pingAnswers)
				time.Sleep(2 * time.Second)
				want("", true)
				store.mode.Store(mode)
				time.Sleep(pingWindow - time.Second - time.Millisecond)
				want("", true)
				time.Sleep(3 * time.Second)
				want("database down", true)
				r.draining.Store(true)
				want("draining", true)
				if n := store.pings.Load(); n > 20 {
					t.Errorf("%d pings in 17 seconds", n)
				}
			})
		})
	}
}

// A store that cannot be pinged is read.
func TestReadinessWithoutPing(t *testing.T) {
	for _, tt := range []struct {
		store kvdb.Store
		ready bool
	}{
		{plainStore{memory(t)}, true},
		{failingStore{err: errors.New("down")}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := watch(tt.store, zap.NewNop())
			defer r.stop()
			synctest.Wait()
			if ready := r.reason() == ""; ready != tt.ready {
				t.Errorf("ready is %t, want %t", ready, tt.ready)
			}
		})
	}
}
