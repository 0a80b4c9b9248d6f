package kvbadger

import (
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

// A collector rewrites files of the value log that are garbage for the most part, in the
// background. Badger deletes a file with all that it did not understand, and so the
// collector ends for good once something of the value log is known to be damaged.
type collector struct {
	quit chan struct{} // nil unless it was started
	done chan struct{}

	rewrites, failures atomic.Int64
	over               atomic.Bool
}

// start begins to collect, unless the interval is 0.
func (c *collector) start(s *Store, interval time.Duration, share float64) {
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
				c.collect(s, share)
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
func (c *collector) collect(s *Store, share float64) {
	for !c.over.Load() && s.refuse(opCollect) == nil {
		err := c.rewrite(s, share)
		switch {
		case err == nil:
			c.rewrites.Add(1)
		case errors.Is(err, badger.ErrNoRewrite), errors.Is(err, badger.ErrRejected), errors.Is(err, badger.ErrBlockedWrites),
			errors.Is(err, kvdb.ErrClosed), errors.Is(err, errStopped):
			return // nothing to do, or somebody else does, or the end
		default:
			c.failures.Add(1)
			if errors.Is(err, errRecord) {
				c.giveUp(&s.board)
			}
			return
		}
	}
}

// rewrite has one file rewritten, if there is a candidate and it is sound.
func (c *collector) rewrite(s *Store, share float64) error {
	if err := c.check(s.dirs.values, share); err != nil {
		return err
	}
	hold, err := s.hold()
	if err != nil {
		return err
	}
	if err := s.runGC(share); err != nil {
		return errors.Join(err, s.letGo(hold))
	}
	return s.letGo(hold)
}

// check reads the candidate, and again as long as that has changed meanwhile. It returns
// badger.ErrNoRewrite if there is none.
func (c *collector) check(dir string, share float64) error {
	checked := make(map[string]bool)
	for {
		path, err := candidate(dir, share)
		switch {
		case err != nil:
			return err
		case path == "":
			return badger.ErrNoRewrite
		case checked[path]:
			return nil
		}
		if err := checkLog(path, c.quit); err != nil {
			return err
		}
		checked[path] = true
	}
}

// runGC is outside of the guard, as it takes long, and Close does not wait for it.
func (s *Store) runGC(share float64) (err error) {
	onFault := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(onFault)
		if r := recover(); r != nil {
			if err = s.recovered(opCollect, r); err == nil {
				panic(r)
			}
		}
	}()
	return s.db.RunValueLogGC(share)
}

// noticeGarbageKept is the name of the notice that nothing is collected any more.
const noticeGarbageKept = "garbage_kept"

// giveUp ends the collection for good.
func (c *collector) giveUp(board *kvdb.NoticeBoard) {
	if c.over.Swap(true) {
		return
	}
	board.Post(kvdb.Notice{Name: noticeGarbageKept, Level: kvdb.NoticeError,
		Text: "a record of the value log is damaged, and its garbage is not collected any more, as that would delete what is behind: " +
			"copy what can be read to a new store, or restore a backup"})
}

// lost takes note of a value that could not be read.
func (c *collector) lost(board *kvdb.NoticeBoard) {
	if c.quit != nil {
		c.giveUp(board)
	}
}
