package kvbolt

import (
	"errors"
	"fmt"
	"sync/atomic"

	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelkv/otelkv/kvdb"
)

// A failure is what the engine cannot go on from, if there is such a thing.
type failure struct {
	cause atomic.Pointer[cause]
	board *kvdb.NoticeBoard
}

type cause struct {
	err    error
	locked bool // the engine keeps its locks, so that calls would not return
}

// set keeps the first error, unless a later one means more. Calls that meet the damage at
// the same time may tell at the same time.
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
	f.board.Post(kvdb.Notice{Name: kvdb.NoticeEngineFailed, Level: kvdb.NoticeError, Text: why.whatToDo()})
}

// whatToDo says what happened, and what the operator has to do.
func (c *cause) whatToDo() string {
	switch {
	case errors.Is(c.err, bolterrors.ErrInvalidMapping):
		return "the file could not be mapped into memory as it grew, and no call is taken any more: see to the memory that the process may have and open the store again"
	case c.locked:
		return "the file is damaged, and the engine keeps its locks, so that no call is taken any more: restore the file and open the store again"
	}
	return "the file is damaged, and no write is taken any more: copy what can be read and open the store again"
}

// refuseCall returns why no call may enter the engine.
func (f *failure) refuseCall(op string) error {
	if c := f.cause.Load(); c != nil && c.locked {
		return c.wrap(op)
	}
	return nil
}

// refuseWrite returns why no write may enter the engine.
func (f *failure) refuseWrite(op string) error {
	if c := f.cause.Load(); c != nil {
		return c.wrap(op)
	}
	return nil
}

func (c *cause) wrap(op string) error {
	return &kvdb.Error{Op: op, Kind: kvdb.ErrEngineFailed, Err: fmt.Errorf("open the store again: %w", c.err)}
}
