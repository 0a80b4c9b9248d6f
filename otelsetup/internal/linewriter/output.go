package linewriter

import (
	"bytes"
	"io"
	"os"

	"github.com/otelkv/otelkv/internal/errno"
)

// An output takes lines. It is used by one goroutine at a time.
type output interface {
	// try writes as much as the output takes without making anybody wait, and
	// keeps errors for write.
	try(lines []byte) int

	// write writes a part of the lines or all of them, and may take its time. It
	// may return without having written anything.
	write(lines []byte) (int, error)

	// syncs reports whether there is anything to sync, and sync does it.
	syncs() bool
	sync() error
}

func newOutput(w io.Writer) output {
	if w == io.Discard {
		return discard{}
	}
	f, ok := w.(*os.File)
	if !ok {
		return foreign{w}
	}
	info, err := f.Stat()
	if err != nil {
		return file{File: f} // it says so itself
	}
	if p := newPipe(f, info.Mode()); p != nil {
		return p
	}
	return file{f, info.Mode().IsRegular()}
}

// mostAtOnce is how much a writer gets that is neither a pipe nor a socket.
const mostAtOnce = 64 << 10

// A file is one on a disk, a terminal, or another device. The kernel may block
// who writes to it, whatever it has answered to a poll.
type file struct {
	*os.File
	regular bool
}

func (file) try([]byte) int { return 0 }

func (f file) write(lines []byte) (int, error) { return f.Write(cut(lines, mostAtOnce)) }

func (f file) syncs() bool { return f.regular }
func (f file) sync() error { return f.Sync() }

// discard is [io.Discard], which is known not to block.
type discard struct{}

func (discard) try(lines []byte) int            { return len(lines) }
func (discard) write(lines []byte) (int, error) { return len(lines), nil }
func (discard) syncs() bool                     { return false }
func (discard) sync() error                     { return nil }

// foreign is a writer of the user's.
type foreign struct{ io.Writer }

func (foreign) try([]byte) int { return 0 }

func (f foreign) write(lines []byte) (int, error) {
	lines = cut(lines, mostAtOnce)
	n, err := f.Write(lines)
	if n = min(max(n, 0), len(lines)); err == nil && n < len(lines) {
		err = io.ErrShortWrite
	}
	return n, err
}

func (f foreign) syncs() bool {
	_, ok := f.Writer.(syncer)
	return ok
}

type syncer interface{ Sync() error }

func (f foreign) sync() error {
	err := f.Writer.(syncer).Sync()
	if errno.Is(err, errno.Unsyncable) {
		return nil
	}
	return err
}

// cut returns the whole lines that fit in size, or the first line alone if that
// one does not.
func cut(lines []byte, size int) []byte {
	if len(lines) <= size {
		return lines
	}
	end := bytes.LastIndexByte(lines[:size], '\n')
	if end < 0 {
		end = bytes.IndexByte(lines, '\n')
	}
	return lines[:end+1]
}
