// Package kvbolt adapts [bbolt], the embedded B+ tree of etcd, to package
// kvdb. [Open] opens a file and owns it; [New] borrows a handle that the program
// has already and leaves it open. A store is one bucket of the file, in which
// nested buckets are passed over.
//
// # Durability
//
// A write is acknowledged when it is on the disk, unless [Options.NoSync] says
// otherwise. Whether a write that failed in the middle of its commit is there
// afterwards is not known; none is there in part. Writes that change nothing,
// such as the deletion of an absent key, sync nothing.
//
// bbolt has one writer at a time and syncs twice for each transaction. So Put,
// Delete, Apply and CompareAndSwap that wait for their turn are carried out
// together: whoever is next commits for all that wait. This is not DB.Batch,
// with which a write that is alone takes 10 ms longer, because it waits for
// company; here it takes as long as with DB.Update. Measured with Puts of 100
// bytes from 4, 16 and 64 goroutines, it makes 2, 6 and 14 times as many a second
// as DB.Update, and 2 to 4 times as many as DB.Batch. A write that cannot work
// does not make the others of its group fail, and no function of the caller runs
// twice.
//
// # Blocking
//
// A write that waits for its turn gives up when its context is done. That is
// the turn among the writes of this store: a transaction that somebody else has
// open on a borrowed handle is waited for without regard to the context.
//
// bbolt maps the file into memory, and a write that has to enlarge the mapping
// waits for the read transactions that are open; reads that begin meanwhile
// wait for that write, without regard to the context. Reads hold a transaction
// for as long as they copy; a scan reads a page of entries at a time and holds
// none while its loop runs. A view holds one all along, so its function should
// be short, and should use the store only through its reader: a write to the
// store, or a read past the reader, from within the function can wait for the
// function itself. The mapping doubles up to 1 GiB and grows by 1 GiB then. On
// systems other than Windows, where it would enlarge the file, InitialMmapSize
// in [Options.Bolt] can be generous and spares the waiting.
//
// # Capabilities
//
// Appender, Batcher (one transaction), MultiGetter (one read transaction),
// Scanner, PrefixScanner (in bytewise order), Viewer (one read transaction),
// Updater (no conflicts, so no reruns), Swapper (within a write transaction),
// Pinger, Describer and StatsReader. bbolt has no time to live and no
// replication, so there is no TTLPutter or Lagger.
//
// # Damage
//
// bbolt panics, or the process faults, where the file is not what was written.
// Calls of the store return kvdb.ErrCorruption then. After a commit that ended
// like this the store takes no more writes. When the first two pages of an open
// file are overwritten it takes no calls at all, as bbolt keeps its locks; calls
// that were waiting for one of them do not return.
//
// The process still ends when bbolt meets the damage in a goroutine of its own,
// which is its search for free pages with NoFreelistSync in [Options.Bolt].
//
// # Statistics
//
// The package emits no telemetry of its own; [StatInfos] declares what
// AppendStats reads of the engine.
//
// [bbolt]: https://github.com/etcd-io/bbolt
package kvbolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

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
	opUpdate = "update"
	opSwap   = "compare_and_swap"
	opPing   = "ping"
	opStats  = "stats"
	opClose  = "close"
)

// A Store is a bucket of a bbolt database. Make one with [Open] or [New]. It is
// safe for concurrent use.
type Store struct {
	db       *bolt.DB
	file     *os.File // of db, nil when db is borrowed
	readOnly bool
	bucket   []byte
	path     string // absolute; empty when it is not known
	info     kvdb.Info

	pageSize  int
	counts    bool // the engine counts pages and transactions
	freePages bool // the engine knows its free pages

	turn    chan struct{} // holds a token while somebody writes
	queue   queue
	failure atomic.Pointer[failure]

	mu      sync.Mutex
	lent    map[*txn]struct{} // transactions that have begun and not ended
	closing chan struct{}     // closed by Close
}

var _ interface {
	kvdb.Store
	kvdb.Appender
	kvdb.Batcher
	kvdb.Describer
	kvdb.MultiGetter
	kvdb.Pinger
	kvdb.PrefixScanner
	kvdb.Scanner
	kvdb.StatsReader
	kvdb.Swapper
	kvdb.Updater
	kvdb.Viewer
} = (*Store)(nil)

// New returns a store on a handle that the caller keeps: Close leaves db open.
// The bucket is created unless it exists. The caller closes the store first and
// db then; when db is closed earlier, calls of the store return an error that
// matches kvdb.ErrClosed.
//
// New waits for a transaction that writes if it has to create the bucket. An
// error is a *kvdb.Error; kvdb.ErrInvalidArgument lists every problem of the
// arguments, or says that a read-only database lacks the bucket.
func New(db *bolt.DB, opts *Options) (*Store, error) {
	o, err := opts.forNew(db)
	if err != nil {
		return nil, err
	}
	s := newStore(db, db.Path(), &o)
	if err := s.prepare(opNew); err != nil {
		return nil, err
	}
	return s, nil
}

// Open opens the database in the file at path, and creates the file, which
// only its owner can read and write, and the bucket unless they exist. An empty
// file counts as a new one. Close closes it.
//
// An error is a *kvdb.Error: kvdb.ErrInvalidArgument lists every problem of the
// arguments, or says that a read-only database lacks the bucket;
// kvdb.ErrUnavailable means that the file is locked by another process or by
// this one; kvdb.ErrCorruption that it is damaged, cut short or no database, in
// which case it is left as it is.
func Open(path string, opts *Options) (*Store, error) {
	o, err := opts.forOpen(path)
	if err != nil {
		return nil, err
	}
	db, file, err := openDB(path, o.Bolt)
	if err != nil {
		return nil, openError(path, err)
	}
	s := newStore(db, path, &o)
	s.file = file
	if err := s.prepare(opOpen); err != nil {
		_ = s.Close() // the first error says more
		return nil, err
	}
	return s, nil
}

func newStore(db *bolt.DB, path string, o *Options) *Store {
	if abs, err := filepath.Abs(path); err == nil && path != "" {
		path = abs // for a program that changes its working directory
	}
	return &Store{
		db:       db,
		readOnly: db.IsReadOnly(),
		bucket:   []byte(o.Bucket),
		path:     path,
		info:     kvdb.Info{System: "bbolt", Namespace: o.Namespace, MaxKey: MaxKey, MaxValue: MaxValue},
		turn:     make(chan struct{}, 1),
		lent:     make(map[*txn]struct{}),
		closing:  make(chan struct{}),
	}
}

// prepare looks at what is there, and creates the bucket.
func (s *Store) prepare(op string) error {
	missing, err := s.inspect(op)
	if err != nil || !missing {
		return err
	}
	if s.readOnly {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument,
			Err: fmt.Errorf("the database is read-only and has no bucket %q: %w", s.bucket, bolterrors.ErrBucketNotFound)}
	}
	t, err := s.begin(op, true)
	if err != nil {
		return err
	}
	defer t.finish()
	err = engine(func() error {
		_, err := t.tx.CreateBucketIfNotExists(s.bucket)
		return err
	})
	if err != nil {
		return wrap(op, err)
	}
	return wrap(op, t.commit())
}

func (s *Store) inspect(op string) (missing bool, err error) {
	t, err := s.begin(op, false)
	if err != nil {
		return false, err
	}
	defer t.finish()
	// The transaction above is counted, unless none is.
	s.pageSize = s.db.Info().PageSize
	s.counts = s.db.Stats().TxN > 0
	s.freePages = s.counts && (!s.readOnly || s.db.PreLoadFreelist)
	if s.file != nil {
		if err := checkSize(t.tx, s.path); err != nil {
			return false, wrap(op, err)
		}
	}
	err = engine(func() error {
		missing = t.tx.Bucket(s.bucket) == nil
		return nil
	})
	return missing, wrap(op, err)
}

// Describe implements [kvdb.Describer].
func (s *Store) Describe() kvdb.Info { return s.info }

// Close ends the store, and closes the database unless it is borrowed. It
// waits for calls that are inside the engine, but not for the loops of scans
// and the functions of views and updates, which may be the callers of Close:
// their next step fails with kvdb.ErrClosed, and an update is rolled back.
// Entries that were yielded stay valid until that step.
//
// On a borrowed handle a write may be inside the engine waiting for somebody
// else's transaction, and Close then waits with it.
func (s *Store) Close() error {
	lent, first := s.shut()
	if !first {
		return errClosedFor(opClose)
	}
	if err := s.locked(opClose); err != nil {
		return s.abandon(err)
	}
	// All at once: bbolt lets a read that ends wait for a write that waits for
	// other reads to end.
	var ended sync.WaitGroup
	for _, t := range lent {
		ended.Go(func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.end(errClosed)
		})
	}
	ended.Wait() //otelkv:waitok the engine cannot be closed under a call
	if err := s.locked(opClose); err != nil {
		return s.abandon(err)
	}
	if s.file == nil {
		return nil
	}
	return wrap(opClose, engine(s.db.Close))
}

// abandon lets go of a database that nothing can be done with, and returns why.
func (s *Store) abandon(why error) error {
	if s.file == nil {
		return why
	}
	return wrap(opClose, errors.Join(why, letGo(s.file)))
}

// shut lets nobody in any more and returns the transactions that are open. It
// returns false if the store was shut already.
func (s *Store) shut() (lent []*txn, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return nil, false
	}
	close(s.closing)
	for t := range s.lent {
		lent = append(lent, t)
	}
	return lent, true
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

func errClosedFor(op string) error { return &kvdb.Error{Op: op, Kind: kvdb.ErrClosed} }
