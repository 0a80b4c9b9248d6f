package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/kvdb"
)

// A patient is a store whose pings are as the test wants them.
type patient struct {
	*kvdb.Memory
	pings atomic.Int64

	mu   sync.Mutex
	ping func(context.Context) error
}

func newPatient(ping func(context.Context) error) *patient {
	return &patient{Memory: kvdb.NewMemory(nil), ping: ping}
}

func (p *patient) becomes(ping func(context.Context) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ping = ping
}

func (p *patient) Ping(ctx context.Context) error {
	p.pings.Add(1)
	p.mu.Lock()
	ping := p.ping
	p.mu.Unlock()
	return ping(ctx)
}

func TestHealth(t *testing.T) {
	fine := func(context.Context) error { return nil }
	for _, c := range []struct {
		name    string
		trouble func(*patient, *counts)
		down    bool
	}{
		{"nothing", func(*patient, *counts) {}, false},
		{"pings fail", func(p *patient, _ *counts) {
			p.becomes(func(context.Context) error { return errors.New("no") })
		}, true},
		{"pings time out", func(p *patient, _ *counts) {
			p.becomes(func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
		}, true},
		{"a ping hangs", func(p *patient, _ *counts) {
			p.becomes(func(context.Context) error {
				time.Sleep(time.Minute)
				return nil
			})
		}, true},
		{"one operation of a hundred fails", func(_ *patient, c *counts) {
			c.operations.Add(1000)
			c.errors.Add(10)
		}, false},
		{"two operations of a hundred fail", func(_ *patient, c *counts) {
			c.operations.Add(1000)
			c.errors.Add(20)
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := newPatient(fine)
				var seen counts
				core, log := observer.New(zap.InfoLevel)
				h := startHealth(store, &seen, zap.New(core))
				if reason := h.down(); reason != databaseDown {
					t.Errorf("before the first ping: %q", reason)
				}
				synctest.Wait()
				if reason := h.down(); reason != "" {
					t.Errorf("after the first ping: %q", reason)
				}

				c.trouble(store, &seen)
				pings := store.pings.Load()
				const within = 5 * time.Second
				time.Sleep(within)
				synctest.Wait()
				if n := log.FilterMessage("not ready").Len(); n > 1 || (n == 1) != c.down {
					t.Errorf("%d lines say not ready after %v", n, within)
				}
				if n := store.pings.Load() - pings; n > int64(within/checkEvery) {
					t.Errorf("%d pings in %v", n, within)
				}

				store.becomes(fine)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if reason := h.down(); reason != "" {
					t.Errorf("after the trouble: %q", reason)
				}
				h.stop()
			})
		})
	}
}

// TestHealthStops although a ping hangs for longer.
func TestHealthStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newPatient(func(context.Context) error {
			time.Sleep(time.Hour)
			return nil
		})
		h := startHealth(store, &counts{}, zap.NewNop())
		time.Sleep(10 * time.Second)
		began := time.Now()
		h.stop()
		if time.Since(began) > 0 {
			t.Errorf("stop waited for %v", time.Since(began))
		}
		if h.down() != databaseDown {
			t.Error("a store that never answered is ready")
		}
		if n := store.pings.Load(); n != 1 {
			t.Errorf("%d pings hang at once", n)
		}
		time.Sleep(time.Hour)
	})
}
