package kvpebble

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// Operations as errors name them.
const (
	opNew    = "new"
	opOpen   = "open"
	opGet    = "get"
	opPut    = "put"
	opDelete = "delete"
	opBatch  = "batch"
	opScan   = "scan"
	opView   = "view"
	opPing   = "ping"
	opStats  = "stats"
	opClose  = "close"
)

// A Store is a Pebble database. Make one with [Open] or [New]. It is safe for
// concurrent use. A nil or zero Store is closed.
type Store struct {
	db     *pebble.DB
	owned  bool
	info   kvdb.Info
	write  *pebble.WriteOptions
	events *Events // nil on a borrowed handle without them
	stalls stalls
	disk   io.Closer      // closed after db
	usage  func() float64 // of the disk

	guard   guard
	failure *failure // why the engine takes no more writes
	board   *kvdb.NoticeBoard

	mu   sync.Mutex
	lent map[io.Closer]struct{} // iterators and snapshots, for Close to take back
}

var _ interface {
	kvdb.Store
	kvdb.Appender
	kvdb.Batcher
	kvdb.Describer
	kvdb.Exister
	kvdb.Notifier
	kvdb.Pinger
	kvdb.PrefixScanner
	kvdb.Scanner
	kvdb.SizedGetter
	kvdb.StatsReader
	kvdb.Viewer
} = (*Store)(nil)

// New returns a store on a handle that the caller keeps: Close leaves db open.
// The caller closes the store first and db then. When db is closed earlier,
// calls of the store return an error that matches kvdb.ErrClosed, but a scan
// must not be running at that moment, as Pebble does not allow it.
//
// The order of db's keys must be bytewise, which it is by default. The errors
// that Pebble deems fatal go to the logger of db, which ends the process by
// default.
//
// An error is a *kvdb.Error of the kind kvdb.ErrInvalidArgument that lists
// every problem.
func New(db *pebble.DB, opts *Options) (*Store, error) {
	c, err := opts.config(db)
	if err != nil {
		return nil, err
	}
	s := newStore(db, c)
	s.tellWhatIsMissing(c)
	return s, nil
}

// Open opens the database in dir, and creates both if they do not exist. One
// process can have it open once. Close closes it.
//
// An error is a *kvdb.Error: kvdb.ErrInvalidArgument lists every problem of the
// arguments, kvdb.ErrUnavailable means that the directory is locked by another
// process or by this one, kvdb.ErrCorruption that the files are damaged, in
// which case they are left as they are.
func Open(dir string, opts *OpenOptions) (*Store, error) {
	c, p, err := opts.config(dir)
	if err != nil {
		return nil, err
	}
	setLoggers(p)
	p.EventListener = c.events.Listener(p.EventListener)
	if p.EventListener.DataCorruption == nil {
		// By default Pebble calls Fatalf, in reads and in the background. The read
		// that finds the damage returns it.
		logger := p.Logger
		p.EventListener.DataCorruption = func(info pebble.DataCorruptionInfo) {
			logger.Errorf("data corruption: %s", info)
		}
	}
	disk := io.Closer(noCloser{})
	if p.FS == nil {
		p.FS, disk = watchedDisk(p.EventListener.DiskSlow)
	}
	s := newStore(nil, c)
	if p.WALFailover == nil { // which deals with failures of the log itself
		p.FS = &walFS{FS: p.FS, failure: s.failure}
	}
	found := inspect(c.fs, dir, p.WALDir)
	db, err := openDB(dir, p)
	if failed := s.failure.get(); err == nil && failed != nil {
		err = errors.Join(failed, db.Close())
	}
	if err != nil {
		return nil, openError(dir, errors.Join(err, disk.Close()))
	}
	s.db, s.owned, s.disk = db, true, disk
	s.tell(found)
	return s, nil
}

// watchedDisk is the filesystem that Pebble makes by default: it tells slow of
// operations that take more than 5 seconds. Pebble leaks a goroutine of it
// when it cannot open the database, so it is made here.
func watchedDisk(slow func(pebble.DiskSlowInfo)) (vfs.FS, io.Closer) {
	if slow == nil {
		slow = func(pebble.DiskSlowInfo) {}
	}
	return vfs.WithDiskHealthChecks(vfs.Default, 5*time.Second, nil, slow)
}

type noCloser struct{}

func (noCloser) Close() error { return nil }

// openDB is pebble.Open with an error in place of the panic of our loggers.
func openDB(dir string, opts *pebble.Options) (db *pebble.DB, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(*fatal)
			if !ok {
				panic(r)
			}
			err = f
		}
	}()
	return pebble.Open(dir, opts)
}

func newStore(db *pebble.DB, c *config) *Store {
	board := new(kvdb.NoticeBoard)
	s := &Store{
		db:      db,
		info:    kvdb.Info{System: "pebble", Namespace: c.namespace, MaxKey: MaxKey, MaxValue: MaxValue},
		write:   pebble.Sync,
		events:  c.events,
		disk:    noCloser{},
		usage:   diskUtilization(c.fs, c.dir),
		failure: &failure{board: board},
		board:   board,
		lent:    make(map[io.Closer]struct{}),
	}
	if c.noSync {
		s.write = pebble.NoSync
	}
	if s.events != nil {
		s.events.board.Store(board)
	}
	s.guard.init()
	return s
}

// Describe implements [kvdb.Describer].
func (s *Store) Describe() kvdb.Info {
	if s == nil {
		return kvdb.Info{}
	}
	return s.info
}

// Close ends the store, and closes the database unless it is borrowed. It
// waits for calls that are inside the engine, a stalled write included, but
// not for scans and views, whose loop or function may be the caller of Close:
// their next step fails with kvdb.ErrClosed, and Close takes back what they
// hold. Entries that were yielded stay valid until that step.
//
// When a write waits for space on a full disk, or for descriptors, which it may do
// for ever, Pebble cannot be closed. Close then leaves it open and returns an error
// that matches kvdb.ErrNoSpace, or kvdb.ErrUnavailable.
func (s *Store) Close() error {
	if s.engine() == nil || !s.guard.close() {
		return errClosedFor(opClose)
	}
	if err := s.guard.drain(s.events.stuck); err != nil {
		return wrap(opClose, fmt.Errorf("a write waits for a flush, the engine stays open: %w", err))
	}
	if err := s.release(); err != nil {
		return wrap(opClose, err)
	}
	return s.failed(opClose)
}

// release gives back what the store holds of the engine, once nobody is
// inside.
func (s *Store) release() (err error) {
	defer func() {
		if r := recover(); r != nil {
			if err = s.recovered(opClose, r); err == nil {
				panic(r)
			}
		}
	}()
	s.mu.Lock()
	lent := s.lent
	s.lent = nil // nobody enters any more
	s.mu.Unlock()
	for c := range lent {
		err = errors.Join(err, c.Close())
	}
	if s.owned {
		err = errors.Join(err, s.db.Close(), s.disk.Close())
	}
	return err
}

// engine returns the database. A nil or zero store has none.
func (s *Store) engine() *pebble.DB {
	if s == nil {
		return nil
	}
	return s.db
}

// enter lets a call into the engine, which defers leave with the result.
func (s *Store) enter(ctx context.Context, op string) (*guardShard, error) {
	if err := kvdb.CheckContext(ctx, op); err != nil {
		return nil, err
	}
	if s.engine() == nil {
		return nil, errClosedFor(op)
	}
	in := s.guard.enter()
	if in == nil {
		return nil, errClosedFor(op)
	}
	return in, nil
}

// leave is deferred by every method that has entered the guard. It turns a
// panic that stands for an error into *err.
func (s *Store) leave(in *guardShard, op string, err *error) {
	if r := recover(); r != nil {
		e := s.recovered(op, r)
		s.guard.leave(in)
		if e == nil {
			panic(r)
		}
		*err = e
		return
	}
	s.guard.leave(in)
}

func (s *Store) lend(c io.Closer) {
	s.mu.Lock()
	s.lent[c] = struct{}{}
	s.mu.Unlock()
}

func (s *Store) takeBack(c io.Closer) error {
	s.mu.Lock()
	delete(s.lent, c)
	s.mu.Unlock()
	return c.Close()
}

// failed returns the error of an earlier write that the engine cannot go on
// from.
func (s *Store) failed(op string) error {
	if err := s.failure.get(); err != nil {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrEngineFailed, Err: fmt.Errorf("open the store again: %w", withoutKeys(err))}
	}
	return nil
}

func errClosedFor(op string) error { return &kvdb.Error{Op: op, Kind: kvdb.ErrClosed} }
