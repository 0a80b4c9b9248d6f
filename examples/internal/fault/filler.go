package fault

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A filler writes memory tables full now and then, so that the engine flushes and compacts them.
type filler struct {
	engine kvdb.Store
	bytes  int           // of each fill, at most
	every  time.Duration // between two

	turn    chan struct{}             // what each fill slows down once
	writing atomic.Pointer[time.Time] // since when, for one batch; nil between fills
	enough  atomic.Bool               // of this fill
}

func (w *Switch) newFiller(bytes int, every time.Duration) *filler {
	return &filler{engine: w.store.next, bytes: bytes, every: every, turn: make(chan struct{}, 1)}
}

// start fills until the end, and makes what calls slow call wait once in each fill.
func (f *filler) start(slow *atomic.Pointer[func()], wait func()) (end func()) {
	once := func() {
		select {
		case <-f.turn:
			wait()
		default:
		}
	}
	slow.Store(&once)
	ctx, cancel := context.WithCancel(context.Background())
	var fills sync.WaitGroup
	fills.Go(func() {
		for {
			select {
			case f.turn <- struct{}{}:
			default:
			}
			f.fill(ctx)
			if !pause(ctx.Done(), f.every) {
				return
			}
		}
	})
	return func() {
		slow.Store(nil)
		cancel()
		fills.Wait()
	}
}

// fill writes once.
func (f *filler) fill(ctx context.Context) {
	b, _ := kvdb.As[kvdb.Batcher](f.engine)
	muts := make([]kvdb.Mutation, fillBatch)
	for i := range muts {
		muts[i] = kvdb.Mutation{Key: append(key[:len(key):len(key)], make([]byte, fillKey+i)...), Delete: true}
	}
	f.enough.Store(false)
	defer f.writing.Store(nil)
	for left := f.bytes; left > 0 && ctx.Err() == nil && !f.enough.Load(); left -= fillBatch * fillKey {
		now := time.Now()
		f.writing.Store(&now)
		if b.Apply(ctx, muts) != nil {
			return
		}
	}
}

// hold waits until a write of the fill has waited for compactFor, which is enough, or the fill is over.
func (f *filler) hold(ended <-chan struct{}) {
	const look = 20 * time.Millisecond
	for {
		since := f.writing.Load()
		if since == nil || !pause(ended, look) {
			return
		}
		if time.Since(*since) >= compactFor {
			f.enough.Store(true)
			return
		}
	}
}
