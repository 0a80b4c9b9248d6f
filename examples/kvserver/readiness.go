package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	pingEvery   = time.Second
	pingTimeout = time.Second

	// pingWindow is how long a good ping holds.
	pingWindow = 3 * time.Second
)

// readiness asks the store every second whether it serves. A probe reads the
// last verdict, so that any number of probes cost nothing.
type readiness struct {
	store  kvdb.Store
	logger *zap.Logger

	started  atomic.Bool // a ping was answered once
	down     atomic.Bool
	draining atomic.Bool

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// watch asks the bare store: a probe's ping is no operation of a client, and
// telemetry that contains it would lie.
func watch(store kvdb.Store, logger *zap.Logger) *readiness {
	ctx, cancel := context.WithCancel(context.Background())
	r := &readiness{store: store, logger: logger, cancel: cancel}
	r.down.Store(true)
	r.done.Go(func() { r.run(ctx) })
	return r
}

// stop ends the questions. It does not wait for one that hangs.
func (r *readiness) stop() {
	r.cancel()
	r.done.Wait()
}

// reason returns why the server should get no traffic, or "" when it should.
func (r *readiness) reason() string {
	switch {
	case r.draining.Load():
		return "draining"
	case r.down.Load():
		return "database down"
	}
	return ""
}

func (r *readiness) run(ctx context.Context) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	answers := make(chan error, 1) // room for the one that nobody waits for any more
	ask := func() { answers <- r.ping(ctx) }
	go ask()
	asking, answered := true, time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-answers:
			asking = false
			if err == nil {
				answered = time.Now()
				r.started.Store(true)
			}
		case <-tick.C:
			if !asking { // those that hang must not pile up
				asking = true
				go ask()
			}
		}
		r.judge(time.Since(answered) >= pingWindow)
	}
}

func (r *readiness) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if pinger, ok := kvdb.As[kvdb.Pinger](r.store); ok {
		return pinger.Ping(ctx)
	}
	_, err := r.store.Get(ctx, []byte{0})
	if err == kvdb.ErrNotFound {
		return nil
	}
	return err
}

func (r *readiness) judge(down bool) {
	switch last := r.down.Swap(down); {
	case last == down:
	case down:
		r.logger.Warn("not ready", zap.String("reason", "database down"))
	default:
		r.logger.Info("ready")
	}
}
