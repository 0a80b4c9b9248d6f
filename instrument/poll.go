package instrument

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	// pollTimeout ends a reading; the values of the last one stay.
	pollTimeout = 5 * time.Second

	// staleAfter is how old a reading may be to be shown.
	staleAfter = 3 * pollInterval

	// maxReplicas bounds what a store can add to its series.
	maxReplicas = 32
)

// A lagReading is how far each replica was behind. One that is known and has no
// lag is not connected.
type lagReading struct {
	at  time.Time // zero while nothing can be said
	lag map[string]*time.Duration
}

// pollers read an engine's statistics, connections and replication lag in the background, so
// that a scrape does no I/O and an engine that hangs hangs alone.
type pollers struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// start begins to poll.
func (p *pollers) start(rec *record, v views) {
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	if v.statsReader != nil {
		p.every(ctx, func(ctx context.Context) { rec.readStats(ctx, v.statsReader) })
	}
	if v.poolReader != nil {
		rec.pool.Store(&statsReading{infos: poolInfos})
		p.every(ctx, func(ctx context.Context) { rec.readPool(ctx, v.poolReader) })
	}
	if v.lagger != nil {
		rec.lag.Store(new(lagReading))
		p.every(ctx, func(ctx context.Context) { rec.readLag(ctx, v.lagger) })
	}
}

// every calls read now and at each interval, never twice at once.
func (p *pollers) every(ctx context.Context, read func(context.Context)) {
	p.done.Go(func() {
		tick := time.NewTicker(pollInterval)
		defer tick.Stop()
		for {
			readOnce(ctx, read)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// readOnce calls read with a time-out. A panic counts as a reading that failed.
func readOnce(ctx context.Context, read func(context.Context)) {
	defer func() { _ = recover() }()
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	read(ctx)
}

// stop ends the pollers. A reading that ignores its context is waited for no
// longer than its time-out; its goroutine ends when it returns.
func (p *pollers) stop() {
	p.cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.done.Wait()
	}()
	timeout := time.NewTimer(pollTimeout)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
	}
}

func (r *record) readLag(ctx context.Context, from kvdb.Lagger) {
	lag, err := from.ReplicationLag(ctx)
	last := r.lag.Load().lag
	switch {
	case errors.Is(err, kvdb.ErrLagUnknown):
		r.lag.Store(&lagReading{lag: last}) // without a time, so no lag is shown
		return
	case err != nil:
		return
	}
	now := lagReading{at: time.Now(), lag: make(map[string]*time.Duration)}
	for name := range last {
		now.lag[name] = nil
	}
	for name, d := range maps.All(lag) {
		if _, known := now.lag[name]; known || len(now.lag) < maxReplicas {
			now.lag[name] = &d
		}
	}
	r.lag.Store(&now)
}

// fresh reports whether a reading is still worth showing.
func fresh(at, now time.Time) bool { return !at.IsZero() && now.Sub(at) <= staleAfter }
