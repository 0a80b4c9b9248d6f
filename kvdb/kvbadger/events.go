package kvbadger

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// Events keeps what Badger tells only its logger: its compactions, which of its flushes
// fail, for how long level 0 held flushes back and flushes held writes back, and that the
// value log could not be made durable. [Open] brings its own. For a handle that [New] borrows,
// install the logger before the database is opened:
//
//	events := kvbadger.NewEvents()
//	opts := badger.DefaultOptions(dir)
//	opts.Logger = events.Logger(opts.Logger)
//	db, err := badger.Open(opts)
//	…
//	store, err := kvbadger.New(db, &kvbadger.Options{Events: events})
//
// An Events serves one database from its opening to its end, with any number of stores. Once the value
// log could not be made durable, none of them takes a write, whenever it was made: open the
// database again, with a new Events. It is safe for concurrent use. A nil Events counts
// nothing.
type Events struct {
	mu       sync.Mutex
	seen     seen
	failures []*failure // of the stores that are open
	unsynced error      // the first of the value log, which stays

	failedAt atomic.Int64          // when a flush failed last, in nanoseconds since 1970
	failed   atomic.Pointer[error] // with what
}

// seen are the counts of an Events.
type seen struct {
	compactions, compactionFailures int64
	flushFailures                   int64
	stalls                          int64 // of level 0
	stalled                         time.Duration
	writes                          stall
}

// NewEvents returns an Events that has seen nothing yet.
func NewEvents() *Events { return &Events{} }

// Logger returns a logger that counts events and then calls next, which may be nil. It
// passes on what next is to log without the keys and values that Badger quotes; numbers and
// durations stay. The logger does not block and does no I/O; Badger calls next with
// locks held, so next should not either.
func (e *Events) Logger(next badger.Logger) badger.Logger { return &logger{e, next} }

// What Badger's lines begin with.
const (
	saysFlushFailed      = "error flushing memtable to disk"
	saysNotSynced        = "Error while curlf sync"
	saysCompacted        = "[Compactor: %d] Compaction for level"
	saysCompactionFailed = "[Compactor: %d] LOG Compact FAILED"
	saysStalled          = "L0 was stalled for"
)

// hear takes note of a line.
func (e *Events) hear(format string, args []any) {
	if e == nil {
		return
	}
	if step := stepOf(format); step != nil {
		now := time.Now()
		e.count(func(s *seen) { step(&s.writes, now) })
		return
	}
	switch {
	case strings.HasPrefix(format, saysFlushFailed):
		e.count(func(s *seen) { s.flushFailures++ })
		err := errorIn(args)
		e.failed.Store(&err)
		e.failedAt.Store(time.Now().UnixNano())
	case strings.HasPrefix(format, saysNotSynced):
		e.tellFailure(errorIn(args))
	case strings.HasPrefix(format, saysCompacted):
		e.count(func(s *seen) { s.compactions++ })
	case strings.HasPrefix(format, saysCompactionFailed):
		e.count(func(s *seen) { s.compactionFailures++ })
	case strings.HasPrefix(format, saysStalled):
		e.count(func(s *seen) {
			s.stalls++
			for _, arg := range args {
				if d, ok := arg.(time.Duration); ok {
					s.stalled += d
				}
			}
		})
	}
}

func (e *Events) count(add func(*seen)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	add(&e.seen)
}

// counted returns the counts.
func (e *Events) counted() seen {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seen
}

// tellFailure hands the stores what they cannot go on from. Others may come later.
func (e *Events) tellFailure(err error) {
	e.mu.Lock()
	if e.unsynced == nil {
		e.unsynced = err
	}
	failures := slices.Clone(e.failures)
	e.mu.Unlock()
	for _, f := range failures {
		f.set(err, false)
	}
}

// serve makes the events a store's. A nil Events serves nobody.
func (e *Events) serve(f *failure) {
	if e == nil {
		return
	}
	e.mu.Lock()
	e.failures = append(e.failures, f)
	unsynced := e.unsynced
	e.mu.Unlock()
	if unsynced != nil {
		f.set(unsynced, false)
	}
}

// forget is the end of a store.
func (e *Events) forget(f *failure) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures = slices.DeleteFunc(e.failures, func(of *failure) bool { return of == f })
}

// retry is how long after a flush that failed the next one is expected to have done so, too:
// Badger tries after a second.
const retry = 5 * time.Second

// starving returns why flushes do not work now. Badger does not tell of one that
// succeeds. A nil Events knows nothing.
func (e *Events) starving() error {
	if e == nil {
		return nil
	}
	at := e.failedAt.Load()
	if at == 0 || time.Since(time.Unix(0, at)) > retry {
		return nil
	}
	return *e.failed.Load()
}

var errUnsaid = errors.New(unworded)

// errorIn returns the error among the arguments of a line.
func errorIn(args []any) error {
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			return err
		}
	}
	return errUnsaid
}
