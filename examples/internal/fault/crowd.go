package fault

import (
	"context"
	"sync"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// Callers who go wrong: a part of all operations, and some each second while there are
// few.
const (
	crowdShare = 0.25 // of the other operations, which makes it one in five of all
	crowdLeast = 20.0 // calls a second
	crowdStep  = 50 * time.Millisecond
)

// key is one that no program has.
var key = []byte("\x00otelkv fault")

// crowd makes calls of the instrumented store until its end.
func (w *Switch) crowd(call func(context.Context, kvdb.Store)) (end func()) {
	ctx, cancel := context.WithCancel(withOurs(context.Background()))
	var calls sync.WaitGroup
	calls.Go(func() {
		tick := time.NewTicker(crowdStep)
		defer tick.Stop()
		before, due := w.operations(), 0.0
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now := w.operations()
			due += max(crowdShare*float64(now-before), crowdLeast*crowdStep.Seconds())
			for before = now; due >= 1; due-- {
				call(ctx, w.program.Calls)
			}
		}
	})
	return func() {
		cancel()
		calls.Wait()
	}
}

func (w *Switch) operations() uint64 {
	if w.program.Operations == nil {
		return 0
	}
	return w.program.Operations()
}

// cancelCall is a caller who has gone away.
func cancelCall(ctx context.Context, s kvdb.Store) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	_, _ = s.Get(ctx, key)
}

// loseUpdate is a caller whose update loses to another, by the means that the store has.
func loseUpdate(ctx context.Context, s kvdb.Store) {
	if u, ok := kvdb.As[kvdb.Updater](s); ok {
		_ = u.Update(ctx, func(kvdb.Txn) error { return nil })
	} else if w, ok := kvdb.As[kvdb.Swapper](s); ok {
		_, _ = w.CompareAndSwap(ctx, key, nil, nil)
	} else if b, ok := kvdb.As[kvdb.Batcher](s); ok {
		_ = b.Apply(ctx, []kvdb.Mutation{{Key: key, Delete: true}, {Key: key, Delete: true}})
	}
}

// hang makes a call that returns with the fault.
func (w *Switch) hang() (end func()) {
	var call sync.WaitGroup
	call.Go(func() { _, _ = w.program.Calls.Get(withOurs(context.Background()), key) })
	return call.Wait
}
