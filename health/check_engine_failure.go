package health

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// EngineFailure checks that an embedded engine is in no state that only opening the
// store again ends, such as Pebble's after its log could not be written: by
// [kvdb.StatFailed] of the store's statistics. It is for [Liveness], since a restart
// opens the store again; a program that does so itself registers it for [Readiness].
// Such a state fails it at once, and what is not known, as of a disk that hangs or of
// a store that is closed, does not: a restart would not mend that. It says
// "engine failed", whatever its name.
func EngineFailure(name string, store kvdb.Store) Check {
	c := newCheck(name, "", 0).For(Liveness)
	c.Reason, c.trusting = "engine failed", true
	if c.noStore(store) {
		return c
	}
	c.Network = overNetwork(store)
	f, ok := failureOf(store)
	if !ok {
		c.err = errors.New("the store has no kvdb.StatFailed among its statistics")
		return c
	}
	c.Run = f.run
	return c
}

// failureOf finds the statistic of a store, if it has it.
func failureOf(store kvdb.Store) (f *engineFailure, ok bool) {
	reader, ok := kvdb.As[kvdb.StatsReader](store)
	if !ok {
		return nil, false
	}
	stats := newStats(reader)
	at := stats.find(kvdb.StatFailed)
	return &engineFailure{stats: stats, at: at}, at >= 0
}

type engineFailure struct {
	stats   *stats
	at      int
	failed  atomic.Bool // as far as it is known
	reading atomic.Bool // a reading has not returned
}

// run reads the statistics aside: a reading that hangs must not look as a program that
// does. It ends well before the time-out of the check, which would be a failure, and
// before it counts as slow.
func (f *engineFailure) run(ctx context.Context) error {
	if until, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(until)/3)
		defer cancel()
	}
	if f.reading.CompareAndSwap(false, true) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			f.read(ctx)
		}()
		select {
		case <-done:
		case <-ctx.Done():
		}
	}
	if f.failed.Load() {
		return Decisive(errEngineFailed)
	}
	return nil
}

func (f *engineFailure) read(ctx context.Context) {
	defer f.reading.Store(false)
	defer func() { _ = recover() }() // of the store
	values, err := f.stats.read(ctx, nil)
	switch {
	case err == nil && !math.IsNaN(values[f.at]):
		f.failed.Store(values[f.at] == 1)
	case errors.Is(err, kvdb.ErrClosed):
		f.failed.Store(false)
	}
}
