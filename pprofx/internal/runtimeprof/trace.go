package runtimeprof

import (
	"bytes"
	"context"
	"fmt"
	"runtime/trace"
	"sync"
	"time"
)

// tracer is the execution tracer, which cannot be shared.
type tracer struct {
	mu    sync.Mutex
	until time.Time // zero when idle
}

// Trace records an execution trace for d. It ends early when it has reached
// the limit of bytes, and fails with a *BusyError while another one is
// recorded.
func (r *Profilers) Trace(ctx context.Context, d time.Duration) ([]byte, error) {
	if r.closed() {
		return nil, ErrClosed
	}
	if err := fits(ctx, d); err != nil {
		return nil, err
	}
	if err := r.trace.take(d); err != nil {
		return nil, err
	}
	defer r.trace.free()
	b := newTraceBuffer(r.opts.MaxBytes)
	if err := trace.Start(b); err != nil {
		return nil, &BusyError{Profiler: "execution tracer", RetryAfter: time.Second}
	}
	start := time.Now()
	err := r.wait(ctx, d, b.full)
	trace.Stop()
	r.spent("trace", time.Since(start))
	if err != nil {
		return nil, err
	}
	return b.result()
}

func (t *tracer) take(d time.Duration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if !t.until.IsZero() {
		return &BusyError{Profiler: "execution tracer", RetryAfter: max(t.until.Sub(now), time.Second)}
	}
	t.until = now.Add(d)
	return nil
}

func (t *tracer) free() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.until = time.Time{}
}

// A traceBuffer says when it is full and then still takes what the tracer has
// to flush when it is stopped: a trace that lacks its end cannot be read.
type traceBuffer struct {
	limit int
	full  chan struct{}

	mu   sync.Mutex
	buf  bytes.Buffer
	said bool
	over bool
}

func newTraceBuffer(limit int) *traceBuffer {
	return &traceBuffer{limit: limit, full: make(chan struct{})}
}

func (b *traceBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over = b.over || b.buf.Len()+len(p) > 2*b.limit; b.over {
		return len(p), nil
	}
	b.buf.Write(p)
	if !b.said && b.buf.Len() >= b.limit {
		b.said = true
		close(b.full)
	}
	return len(p), nil
}

func (b *traceBuffer) result() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return nil, fmt.Errorf("trace: %w: more than %d bytes", ErrTooLarge, 2*b.limit)
	}
	return b.buf.Bytes(), nil
}
