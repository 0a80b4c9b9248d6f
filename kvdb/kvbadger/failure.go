package kvbadger

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

// A failure is what the engine cannot go on from, if there is such a thing.
type failure struct {
	cause atomic.Pointer[cause]
	board *kvdb.NoticeBoard
}

type cause struct {
	err    error
	locked bool // the engine may keep a lock, so that it cannot be closed
}

// set keeps the first error, unless a later one means more.
func (f *failure) set(err error, locked bool) {
	why := &cause{err, locked}
	for {
		c := f.cause.Load()
		if c != nil && (c.locked || !locked) {
			return
		}
		if f.cause.CompareAndSwap(c, why) {
			break
		}
	}
	f.board.Post(kvdb.Notice{Name: kvdb.NoticeEngineFailed, Level: kvdb.NoticeError, Text: whatToDo(err)})
}

// whatToDo says what happened, and what the operator has to do.
func whatToDo(err error) string {
	if _, ok := errors.AsType[*damage](err); ok {
		return "a file of the database is damaged, and no write is taken any more: copy what can be read, restore the rest and open the store again"
	}
	return "the value log cannot be made durable, and no write is taken any more: see to the disk and open the store again"
}

// refuse returns why no write may enter the engine.
func (f *failure) refuse(op string) error {
	c := f.cause.Load()
	if c == nil {
		return nil
	}
	return &kvdb.Error{Op: op, Kind: kvdb.ErrEngineFailed, Err: fmt.Errorf("open the store again: %w", withoutKeys(c.err))}
}

// stuck returns the failure after which the engine may not come to an end.
func (f *failure) stuck() error {
	if c := f.cause.Load(); c != nil && c.locked {
		return c.err
	}
	return nil
}

// starved is why writes are refused, or the engine stays open, while it cannot flush.
func starved(err error) error {
	return fmt.Errorf("memory tables cannot be flushed: %w", withoutKeys(err))
}
