package fault

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// How slow compactions of Badger are: a tenth of the time, and more, in which writes wait.
const (
	compactFor   = 3 * time.Second
	compactEvery = 7 * time.Second
)

// How a slow disk is: each flush waits for it, but not sooner than so long after the last one.
const (
	stallFor   = time.Second
	stallEvery = 4 * time.Second // one fifth of the time, and more, in which writes wait

	slowFor   = slowDiskAfter + 3*time.Second // the watch looks every two seconds
	slowEvery = 15 * time.Second
)

// A filler writes memory tables full, so that the engine flushes them: with deletes of keys that
// are not there, which change nothing.
const (
	fillBatch = 16
	fillKey   = 60 << 10 // Badger's have 65,000 bytes at most
	memTable  = 4 << 20  // that of Pebble's defaults
)

// stall makes writes wait for flushes that wait for the disk, or for compactions.
func (w *Switch) stall(ended <-chan struct{}) (end func()) {
	if c := w.store.compactions; c != nil {
		return w.slowly(ended, &c.slow, compactFor, compactEvery, c.room)
	}
	return w.slowly(ended, &w.store.disk.slow, stallFor, stallEvery, (memTables+1)*memTable)
}

// slowDisk makes a flush wait for the disk for longer than its watch allows, and no write for the
// flush.
func (w *Switch) slowDisk(ended <-chan struct{}) (end func()) {
	return w.slowly(ended, &w.store.disk.slow, slowFor, slowEvery, memTable+memTable/2)
}

// slowly makes what calls slow take long, but not sooner than so long after the last time, and
// writes so many bytes each time.
func (w *Switch) slowly(ended <-chan struct{}, at *atomic.Pointer[func()], takes, every time.Duration, bytes int) (end func()) {
	engine := w.store.next
	next := make(chan time.Time, 1)
	next <- time.Now()
	slow := func() {
		due := <-next
		now := time.Now()
		if now.Before(due) {
			next <- due
			return
		}
		next <- now.Add(every)
		pause(ended, takes)
	}
	at.Store(&slow)
	ctx, cancel := context.WithCancel(context.Background())
	var filler sync.WaitGroup
	filler.Go(func() {
		for {
			fill(ctx, engine, bytes)
			if !pause(ended, every) {
				return
			}
		}
	})
	return func() {
		at.Store(nil)
		cancel()
		filler.Wait()
	}
}

// fill writes so many bytes.
func fill(ctx context.Context, engine kvdb.Store, bytes int) {
	b, _ := kvdb.As[kvdb.Batcher](engine)
	muts := make([]kvdb.Mutation, fillBatch)
	for i := range muts {
		muts[i] = kvdb.Mutation{Key: append(key[:len(key):len(key)], make([]byte, fillKey+i)...), Delete: true}
	}
	for ; bytes > 0 && ctx.Err() == nil; bytes -= fillBatch * fillKey {
		if b.Apply(ctx, muts) != nil {
			return
		}
	}
}

// pause returns false when it ended before its time.
func pause(ended <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return false
	case <-timer.C:
		return true
	}
}
