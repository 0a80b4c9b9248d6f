// Package runtimeprof owns the profilers of the process. Go has one CPU profiler
// and one execution tracer; whoever wants to profile shares them here.
package runtimeprof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"sync"
	"time"
)

var (
	// ErrClosed is a call after Close.
	ErrClosed = errors.New("closed")

	// ErrUnknown is a profile that the runtime does not know.
	ErrUnknown = errors.New("unknown profile")

	// ErrTooLarge is a profile above the limit of bytes.
	ErrTooLarge = errors.New("the profile is too large")
)

// A BusyError is a profiler that is in use and cannot be shared.
type BusyError struct {
	Profiler   string        // in words
	RetryAfter time.Duration // when it is likely to be free
}

func (e *BusyError) Error() string { return "the " + e.Profiler + " is in use" }

// Options of Profilers.
type Options struct {
	Gates         []Gate // open while a CPU profile runs
	MaxBytes      int    // of one profile in memory
	Share         float64
	Burst         time.Duration
	MutexFraction int // during a delta of the mutex profile; 0 leaves it alone
	BlockRate     int // during a delta of the block profile; 0 leaves it alone

	// OnSpent is told how long something has been recorded. It must not block.
	OnSpent func(profile string, d time.Duration)
}

// Profilers take profiles. Their methods are safe for concurrent use. Those that
// record for a time end early, with what they have, when they are closed.
type Profilers struct {
	opts      Options
	cpu       cpuProfiler
	trace     tracer
	snapshots flights
	rates     rates
	budget    budget

	closing chan struct{}
	close   sync.Once
}

// New returns Profilers.
func New(o Options) *Profilers {
	r := &Profilers{opts: o, closing: make(chan struct{})}
	r.budget = budget{share: o.Share, burst: o.Burst, balance: o.Burst, last: time.Now()}
	r.cpu = cpuProfiler{gates: newGates(o.Gates), spent: r.spent, start: pprof.StartCPUProfile}
	r.rates = rates{fraction: o.MutexFraction, blockRate: o.BlockRate}
	return r
}

// Close ends what is being recorded. It does not wait for the callers.
func (r *Profilers) Close() {
	r.close.Do(func() {
		close(r.closing)
		r.cpu.close()
	})
}

// Release waits until ctx is done for the gates to be closed, after Close. The
// error says how many calls of them have not returned.
func (r *Profilers) Release(ctx context.Context) error { return r.cpu.gates.close(ctx) }

// Affords reports whether the budget allows to record for d without having
// been asked to by a person. What anybody records is taken from the budget.
func (r *Profilers) Affords(d time.Duration) bool { return r.budget.affords(d, time.Now()) }

func (r *Profilers) spent(profile string, d time.Duration) {
	r.budget.spend(d, time.Now())
	if r.opts.OnSpent != nil {
		r.opts.OnSpent(profile, d) //otelkv:lockok it adds to counters
	}
}

// fits fails if ctx is done before d has passed: what was recorded by then would be
// lost.
func fits(ctx context.Context, d time.Duration) error {
	if until, ok := ctx.Deadline(); ok && time.Until(until) < d {
		return fmt.Errorf("%w: it is over before %v are recorded", context.DeadlineExceeded, d)
	}
	return nil
}

// wait returns when d has passed or they are closed, or early, which is
// nil when the caller cannot be told to. It fails when ctx is done first.
func (r *Profilers) wait(ctx context.Context, d time.Duration, early <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-early:
	case <-r.closing:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

func (r *Profilers) closed() bool {
	select {
	case <-r.closing:
		return true
	default:
		return false
	}
}

// A buffer refuses what goes beyond its limit.
type buffer struct {
	bytes.Buffer
	limit int
}

func (b *buffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, b.limit)
	}
	return b.Buffer.Write(p)
}
