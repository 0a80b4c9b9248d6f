package kvpebble

import (
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

// A failure is the first error that the engine cannot go on from.
type failure struct {
	err   atomic.Pointer[error]
	board *kvdb.NoticeBoard
}

func (f *failure) set(err error) {
	if f.err.CompareAndSwap(nil, &err) {
		f.board.Post(kvdb.Notice{
			Name: kvdb.NoticeEngineFailed, Level: kvdb.NoticeError,
			Text: "the write-ahead log cannot be written, and no write is taken any more: see to the disk and open the store again",
		})
	}
}

func (f *failure) get() error {
	if err := f.err.Load(); err != nil {
		return *err
	}
	return nil
}
