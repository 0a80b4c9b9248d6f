// Package ledger accounts for what leaves a program through an exporter: how much of
// all that was written has been delivered, and how much was lost.
//
// The SDK's batch processors drop what their queue has no room for, and what
// comes after their shutdown, without a count that a program can read. The
// processors of this package stand around them: they admit a record only while
// there is room for it, so that the queue behind them never overflows, and
// never wait.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
)

// A Ledger counts the records of one signal on their way through one exporter.
// Its methods are safe for concurrent use.
type Ledger struct {
	queue   int64
	observe func(records int, err error)
	mending func(records int)

	closed   atomic.Bool
	pending  atomic.Int64
	inflight atomic.Int64

	ending    sync.Mutex // pending records become delivered or failed ones
	delivered atomic.Uint64
	failed    [failureCount]atomic.Uint64
	failures  atomic.Uint64 // exports
	last      atomic.Pointer[error]
	full      atomic.Uint64 // dropped for want of room
	late      atomic.Uint64 // dropped after the shutdown
	mended    atomic.Uint64

	aborted context.Context //nolint:containedctx // the life of all exports, not of one call
	abort   context.CancelFunc
}

// New returns a ledger for a queue of so many records.
func New(queue int) *Ledger {
	l := &Ledger{queue: int64(queue), observe: func(int, error) {}, mending: func(int) {}}
	l.aborted, l.abort = context.WithCancel(context.Background())
	return l
}

// Observe sets what is told of the end of each export, on the exporter's
// goroutine: how many records it did not deliver and why, nil for a success. It is
// to be called before the first export.
func (l *Ledger) Observe(f func(records int, err error)) { l.observe = f }

// ObserveMending sets what is told, on the exporter's goroutine, of records that
// had to be mended. It is to be called before the first export.
func (l *Ledger) ObserveMending(f func(records int)) { l.mending = f }

// Mended returns how many records had text that was not UTF-8, and were exported
// with U+FFFD in its place. They are among the other counts, too.
func (l *Ledger) Mended() uint64 { return l.mended.Load() }

// Counts are the records of a moment. Every record that was written is in
// exactly one of them.
type Counts struct {
	Delivered uint64 // the receiver took them
	Failed    uint64 // an export ended without its saying so
	Dropped   uint64 // refused: no room, or after the shutdown
	Pending   uint64 // under way; after the shutdown they stay for ever
}

// Lost returns how many will not arrive. It is meant for the time after the
// shutdown: until then pending records still may.
func (c Counts) Lost() uint64 { return c.Failed + c.Dropped + c.Pending }

// Counts returns the counts of now.
func (l *Ledger) Counts() Counts {
	l.ending.Lock()
	defer l.ending.Unlock()
	c := Counts{
		Delivered: l.delivered.Load(),
		Dropped:   l.full.Load() + l.late.Load(),
		Pending:   uint64(max(l.pending.Load(), 0)),
	}
	for i := range l.failed {
		c.Failed += l.failed[i].Load()
	}
	return c
}

// admit reports whether there is room for one more record.
func (l *Ledger) admit() bool {
	if l.closed.Load() {
		l.late.Add(1)
		return false
	}
	if l.pending.Add(1) > l.queue {
		l.pending.Add(-1)
		l.full.Add(1)
		return false
	}
	return true
}

// export runs the export of so many admitted records: prepare mends them and
// returns what is left to send. It ends with the ledger's abort at the latest. Its
// error is for whoever observes the ledger, or flushes: the SDK would hand it to the
// one handler of the process, which prints it.
func (l *Ledger) export(ctx context.Context, records int, prepare func() (b batch, mended, leftOut int)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.aborted, cancel)()

	l.inflight.Add(int64(records))
	o := l.run(ctx, records, prepare)
	l.inflight.Add(-int64(records))

	l.end(records, o)
	l.last.Store(&o.err)
	if o.err != nil {
		l.failures.Add(1)
	}
	l.observe(records-o.delivered, o.err)
}

// run mends and sends the records, and accounts for each of them whatever panics.
func (l *Ledger) run(ctx context.Context, records int, prepare func() (b batch, mended, leftOut int)) (o outcome) {
	err := guard(func() error {
		b, mended, leftOut := prepare()
		if mended > 0 {
			l.mended.Add(uint64(mended))
			l.mending(mended)
		}
		requests := maxRequests
		if sent := b.len(); sent > 0 || leftOut == 0 {
			o.send(ctx, b, &requests)
			o.delivered += records - leftOut - sent // added to others
		}
		if leftOut > 0 {
			o.failed[failureInvalid] += leftOut
			o.err = errors.Join(o.err, fmt.Errorf("%d of %d records could not be mended", leftOut, records))
		}
		return nil
	})
	if err != nil {
		o.err = err
	}
	lost := records - o.delivered
	for _, n := range o.failed {
		lost -= n
	}
	o.failed[failureOther] += max(lost, 0)
	return o
}

// end moves the records of an export to what became of them.
func (l *Ledger) end(records int, o outcome) {
	l.ending.Lock()
	defer l.ending.Unlock()
	l.pending.Add(-int64(records))
	l.delivered.Add(uint64(o.delivered))
	for f, n := range o.failed {
		l.failed[f].Add(uint64(n))
	}
}

// flush runs a flush or a shutdown and returns its error, with that of an export
// that failed meanwhile.
func (l *Ledger) flush(run func() error) error {
	before := l.failures.Load()
	err := run()
	if l.failures.Load() == before {
		return err
	}
	return errors.Join(err, l.lastError())
}

// lastError returns that of the last export.
func (l *Ledger) lastError() error {
	if err := l.last.Load(); err != nil {
		return *err
	}
	return nil
}

// close ends the admission.
func (l *Ledger) close() { l.closed.Store(true) }

// A failure is the error.type of an export.
type failure int

const (
	failureOther failure = iota
	failureTimeout
	failureCanceled
	failureRejected
	failureInvalid // left out
	failureCount
)

var failureNames = [failureCount]string{"_OTHER", "timeout", "canceled", "rejected", "invalid"}

func failureOf(err error) failure {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return failureTimeout
	case errors.Is(err, context.Canceled):
		return failureCanceled
	case partial.MatchString(err.Error()):
		return failureRejected
	}
	return failureOther
}

// partial is what the OTLP exporters say when the receiver took some of the
// records. The type of that error is internal to them.
var partial = regexp.MustCompile(`(?s)OTLP partial success: .*\((\d+) [a-z ]+ rejected\)`)

// failedOf returns how many of the records an export with this error did not
// deliver.
func failedOf(records int, err error) int {
	if err == nil {
		return 0
	}
	if m := partial.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return min(n, records)
		}
	}
	return records
}
