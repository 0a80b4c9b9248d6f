package kvpebble

import (
	"sync/atomic"

	"github.com/otelkv/otelkv/internal/errno"
	"github.com/otelkv/otelkv/kvdb"
)

// A failure is the first error that the engine cannot go on from.
type failure struct {
	err   atomic.Pointer[error]
	board *kvdb.NoticeBoard
}

func (f *failure) set(err error) {
	if f.err.CompareAndSwap(nil, &err) {
		f.board.Post(kvdb.Notice{Name: kvdb.NoticeEngineFailed, Level: kvdb.NoticeError, Text: whatToDo(err)})
	}
}

func (f *failure) get() error {
	if err := f.err.Load(); err != nil {
		return *err
	}
	return nil
}

// whatToDo says what happened to the log, and what its operator has to do. Space or
// descriptors that are there again do not help: the engine has lost its log.
func whatToDo(err error) string {
	switch {
	case errno.Is(err, errno.TooManyFiles):
		return "the write-ahead log cannot be opened for want of descriptors, and no write is taken any more: " +
			"raise the limit of open files, or close some, and open the store again"
	case errno.Is(err, errno.NoSpace):
		return "the write-ahead log finds no space, and no write is taken any more: make room on the disk and open the store again"
	}
	return "the write-ahead log cannot be written, and no write is taken any more: see to the disk and open the store again"
}
