package logcore

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap/zapcore"
)

const (
	// bufferSize is some two hundred lines. More would not make a line cheaper.
	bufferSize = 64 << 10

	// maxWait leaves half of the second within which a line is promised to what
	// is slow besides.
	maxWait = 500 * time.Millisecond
)

// A lineBuffer gathers lines, so that not each of them is a system call. It
// writes whole lines only: where a writer takes a part of one, the rest follows
// before anything else. What a writer refuses is kept as long as there is room,
// and tried again; then new lines are lost.
type lineBuffer struct {
	out zapcore.WriteSyncer

	mu      sync.Mutex
	buf     []byte
	timer   *time.Timer
	waiting bool // the timer runs
	closed  bool
	ticks   sync.WaitGroup
}

// write adds a line, given in two parts, and writes it and those before it if
// it must not wait.
func (b *lineBuffer) write(head, tail []byte, now bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if size := len(head) + len(tail); len(b.buf) > 0 && len(b.buf)+size > bufferSize {
		if err := b.flush(); err != nil && len(b.buf)+size > bufferSize {
			return fmt.Errorf("a log line is lost: %w", err)
		}
	}
	b.buf = append(append(b.buf, head...), tail...)
	if now || b.closed || len(b.buf) > bufferSize {
		return b.flush()
	}
	b.wait()
	return nil
}

// flush writes what waits. After an error a part of it is left, for the timer
// to try again.
func (b *lineBuffer) flush() error {
	if len(b.buf) == 0 {
		return nil
	}
	n, err := b.writeOut()
	b.buf = b.buf[:copy(b.buf, b.buf[n:])]
	if len(b.buf) > 0 {
		b.wait()
	} else if cap(b.buf) > 2*bufferSize {
		b.buf = nil // a huge line made it huge
	}
	return err
}

func (b *lineBuffer) writeOut() (n int, err error) {
	defer recovered(&err)
	n, err = b.out.Write(b.buf)
	n = min(max(n, 0), len(b.buf))
	if err == nil && n < len(b.buf) {
		err = io.ErrShortWrite
	}
	return n, err
}

// wait starts the timer, unless it runs.
func (b *lineBuffer) wait() {
	if b.waiting || b.closed {
		return
	}
	b.waiting = true
	b.ticks.Add(1)
	if b.timer == nil {
		b.timer = time.AfterFunc(maxWait, b.tick)
	} else {
		b.timer.Reset(maxWait)
	}
}

func (b *lineBuffer) tick() {
	defer b.ticks.Done()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = false
	_ = b.flush() // it is tried again, and a line that is lost says so to its caller
}

// sync writes what waits and has the writer do the same.
func (b *lineBuffer) sync() (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer recovered(&err)
	if err := b.flush(); err != nil {
		return err
	}
	err = b.out.Sync()
	// A terminal or a pipe has nothing to sync, and standard output is one.
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOTTY) {
		return nil
	}
	return err
}

// close writes what waits and returns when no timer runs any more.
func (b *lineBuffer) close() error {
	b.mu.Lock()
	b.closed = true
	if b.waiting && b.timer.Stop() {
		b.waiting = false
		b.ticks.Done()
	}
	err := b.flush()
	b.mu.Unlock()
	b.ticks.Wait()
	return err
}
