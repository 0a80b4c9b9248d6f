package kvbadger

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// A collector rewrites files of the value log that are garbage for the most part, in the
// background.
type collector struct {
	quit chan struct{} // nil unless it was started
	done chan struct{}

	rewrites, failures atomic.Int64
}

// start begins to collect, unless the interval is 0.
func (c *collector) start(db *badger.DB, interval time.Duration, share float64) {
	if interval == 0 {
		return
	}
	c.quit, c.done = make(chan struct{}), make(chan struct{})
	tick := time.NewTicker(interval)
	go func() {
		defer close(c.done)
		defer tick.Stop()
		for {
			select {
			case <-c.quit:
				return
			case <-tick.C:
				c.collect(db, share)
			}
		}
	}()
}

// stop ends the collector. A file that is being rewritten is finished by the engine's
// Close, whose refusal of writes it meets soon.
func (c *collector) stop() {
	if c.quit != nil {
		close(c.quit)
	}
}

// wait waits for the collector, once the engine is closed and lets it do nothing more.
func (c *collector) wait() {
	if c.done != nil {
		<-c.done
	}
}

// collect rewrites one file after the other, until there is none with so much garbage.
func (c *collector) collect(db *badger.DB, share float64) {
	for {
		select {
		case <-c.quit:
			return
		default:
		}
		switch err := db.RunValueLogGC(share); {
		case err == nil:
			c.rewrites.Add(1)
		case errors.Is(err, badger.ErrNoRewrite), errors.Is(err, badger.ErrRejected), errors.Is(err, badger.ErrBlockedWrites):
			return // nothing to do, or somebody else does, or the end
		default:
			c.failures.Add(1)
			return
		}
	}
}
