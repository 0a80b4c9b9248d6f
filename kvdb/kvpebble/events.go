package kvpebble

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// Events keeps what Pebble tells only a listener: its write stalls, which of its
// flushes fail, that one finds no space on the disk or no descriptor, and that a write to a file takes
// five seconds or longer, where the filesystem is the operating system's or one of
// vfs.WithDiskHealthChecks. [Open] brings its own. For a handle that
// [New] borrows, install the listener before the database is opened:
//
//	events := kvpebble.NewEvents()
//	opts.EventListener = events.Listener(opts.EventListener)
//	db, err := pebble.Open(dir, opts)
//	…
//	store, err := kvpebble.New(db, &kvpebble.Options{Events: events})
//
// An Events serves one database. It is safe for concurrent use. A nil Events counts
// nothing.
type Events struct {
	mu     sync.Mutex
	stalls int64
	active int           // stalls that have begun and not ended
	began  time.Time     // when active rose from zero
	total  time.Duration // of the periods that have ended

	flushes, flushFailures int64

	starved atomic.Pointer[error] // what the last flush had too little of; nil when it had it all

	board    atomic.Pointer[kvdb.NoticeBoard] // of the store; nil until there is one
	slowOps  [16]slowOp                       // that Pebble told of last
	diskSlow int64                            // operations
	told     int64                            // of them
	toldAt   time.Time
}

// NewEvents returns an Events that has seen nothing yet.
func NewEvents() *Events { return &Events{} }

// Listener returns a listener that counts events and then calls next, which
// may be nil and is not changed. Callbacks that next leaves nil stay nil, so
// Pebble's defaults for them apply. The listener does not block and does no
// I/O.
func (e *Events) Listener(next *pebble.EventListener) *pebble.EventListener {
	var l pebble.EventListener
	if next != nil {
		l = *next
	}
	if e == nil {
		return &l
	}
	begin, end, flushed, slow := l.WriteStallBegin, l.WriteStallEnd, l.FlushEnd, l.DiskSlow
	l.DiskSlow = func(info pebble.DiskSlowInfo) {
		e.slow(info)
		if slow != nil {
			slow(info)
		}
	}
	l.WriteStallBegin = func(info pebble.WriteStallBeginInfo) {
		e.stallBegin()
		if begin != nil {
			begin(info)
		}
	}
	l.WriteStallEnd = func() {
		e.stallEnd()
		if end != nil {
			end()
		}
	}
	l.FlushEnd = func(info pebble.FlushInfo) {
		e.flushEnd(info)
		if flushed != nil {
			flushed(info)
		}
	}
	return &l
}

func (e *Events) flushEnd(info pebble.FlushInfo) {
	err := info.Err
	if wroteNothing(info) {
		err = nil
	}
	e.mu.Lock()
	switch {
	case err != nil:
		e.flushFailures++
	case info.Err == nil:
		e.flushes++
	}
	e.mu.Unlock()
	if k := kind(err); errors.Is(k, kvdb.ErrNoSpace) || errors.Is(k, kvdb.ErrUnavailable) {
		e.starved.Store(&err)
	} else {
		e.starved.Store(nil)
	}
}

// wroteNothing reports whether a flush ended well and had nothing to write, as that of
// a log without entries when a database is opened. Pebble tells it as an error that it
// does not export.
func wroteNothing(info pebble.FlushInfo) bool {
	return info.Err != nil && len(info.Output) == 0 && info.Err.Error() == "pebble: empty table"
}

// slowInterval is how often there is a notice of a slow disk: while an operation lasts,
// Pebble tells of it every few seconds.
const slowInterval = time.Minute

// A slowOp is an operation of the disk that lasts. A file has one of a kind at a time.
type slowOp struct {
	path string
	op   vfs.OpType
	told time.Time
}

// begun reports whether an operation of which Pebble tells is one that it has not told of: it
// tells again while the operation lasts.
func (e *Events) begun(info pebble.DiskSlowInfo, now time.Time) bool {
	oldest := &e.slowOps[0]
	for i := range e.slowOps {
		o := &e.slowOps[i]
		if o.path == info.Path && o.op == info.OpType && !o.told.IsZero() {
			last := o.told
			o.told = now
			return now.Add(-info.Duration).After(last)
		}
		if o.told.Before(oldest.told) {
			oldest = o
		}
	}
	*oldest = slowOp{info.Path, info.OpType, now}
	return true
}

// slow counts an operation of the disk that lasts, and gives notice. What comes before
// there is a store, as while the database is opened, is in its first notice.
func (e *Events) slow(info pebble.DiskSlowInfo) {
	board := e.board.Load()
	e.mu.Lock()
	if e.begun(info, time.Now()) {
		e.diskSlow++
	}
	now, events := time.Now(), e.diskSlow-e.told
	tell := board != nil && (e.toldAt.IsZero() || now.Sub(e.toldAt) >= slowInterval)
	if tell {
		e.told, e.toldAt = e.diskSlow, now
	}
	e.mu.Unlock()
	if tell {
		board.Post(kvdb.Notice{
			Name: "disk_slow", Level: kvdb.NoticeWarn,
			Text:    "an operation of the disk takes long, and what waits for it does, too: look at the load of the disk and at its errors",
			Numbers: map[string]float64{"seconds": info.Duration.Seconds(), "bytes": float64(info.WriteSize), "events": float64(events)},
		})
	}
}

// starving returns why flushes do not work now: there is no space, or no descriptor.
// A nil Events knows nothing.
func (e *Events) starving() error {
	if e == nil {
		return nil
	}
	if err := e.starved.Load(); err != nil {
		return *err
	}
	return nil
}

// stuck returns starving while a write waits for the end of that.
func (e *Events) stuck() error {
	err := e.starving()
	if err == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active == 0 {
		return nil
	}
	return err
}

func (e *Events) stallBegin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stalls++
	if e.active++; e.active == 1 {
		e.began = time.Now()
	}
}

func (e *Events) stallEnd() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active == 0 {
		return // the listener was installed in the middle of a stall
	}
	if e.active--; e.active == 0 {
		e.total += time.Since(e.began)
	}
}

// events are the counts of an Events, in the units of the statistics.
type events struct{ stalls, stalled, flushes, flushFailures, diskSlow float64 }

// seen returns the counts. A stall that lasts counts up to now, or the worst one
// of all would show too late.
func (e *Events) seen() events {
	e.mu.Lock()
	defer e.mu.Unlock()
	total := e.total
	if e.active > 0 {
		total += time.Since(e.began)
	}
	return events{float64(e.stalls), total.Seconds(), float64(e.flushes), float64(e.flushFailures), float64(e.diskSlow)}
}
