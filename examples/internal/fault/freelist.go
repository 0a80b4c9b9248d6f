package fault

import (
	"context"
	"fmt"
	"sync"

	"github.com/otelkv/otelkv/kvdb"
)

// The list of free pages has eight bytes for each: of 4 MiB, which is what alerts and
// notices call large, are the pages of 2 GiB.
const (
	freeBytes = 2<<30 + 64<<20
	freeValue = 1 << 20 // bbolt writes those beside a new one again
	freeBatch = 32      // values a transaction
	digEvery  = 8       // transactions, whose pages take space until then
)

// chunks are values of zeros whose pages are free under the fault, and in use before
// and after it. Where the system can, they take no space on the disk.
type chunks struct {
	store   *Store
	n       int
	written int // from the first one on
}

func chunkKey(i int) []byte { return fmt.Appendf(key[:len(key):len(key)], " %04d", i) }

// bloatFreelist makes the list of free pages long: it fills pages and frees them. The end
// fills them again, in the background, since a file of bbolt does not shrink.
func (w *Switch) bloatFreelist() (end func()) {
	if w.chunks == nil {
		w.chunks = &chunks{store: w.store, n: int(w.program.freeBytes() / freeValue)}
	}
	w.refill.stop()
	c := w.chunks
	ctx, cancel := context.WithCancel(context.Background())
	var writer sync.WaitGroup
	writer.Go(func() {
		if c.fill(ctx) {
			c.free(ctx)
		}
	})
	return func() {
		cancel()
		writer.Wait()
		w.refill.start(func(ctx context.Context) { c.fill(ctx) })
	}
}

// fill writes the chunks that are missing. It returns false when it could not.
func (c *chunks) fill(ctx context.Context) bool {
	updater, ok := kvdb.As[kvdb.Updater](c.store.next)
	if !ok {
		return false
	}
	zeros := make([]byte, freeValue)
	for n := 1; c.written < c.n && ctx.Err() == nil; n++ {
		to := min(c.written+freeBatch, c.n)
		err := updater.Update(ctx, func(t kvdb.Txn) error {
			for i := c.written; i < to; i++ {
				if err := t.Put(ctx, chunkKey(i), zeros); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return false
		}
		c.written = to
		if n%digEvery == 0 || c.written == c.n {
			c.dig(ctx, updater)
		}
	}
	return c.written == c.n
}

// dig gives the space of pages of zeros back.
func (c *chunks) dig(ctx context.Context, updater kvdb.Updater) {
	if c.store.file == nil {
		return
	}
	_ = updater.Update(ctx, func(kvdb.Txn) error {
		c.store.file.dig()
		return nil
	})
}

// free deletes the chunks.
func (c *chunks) free(ctx context.Context) {
	b, ok := kvdb.As[kvdb.Batcher](c.store.next)
	if !ok {
		return
	}
	muts := make([]kvdb.Mutation, c.written)
	for i := range muts {
		muts[i] = kvdb.Mutation{Key: chunkKey(i), Delete: true}
	}
	if b.Apply(ctx, muts) == nil {
		c.written = 0
	}
}

// A task goes on in the background until it is done or stopped.
type task struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (t *task) start(do func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	t.done.Go(func() { do(ctx) })
}

func (t *task) stop() {
	if t.cancel != nil {
		t.cancel()
	}
	t.done.Wait()
}
