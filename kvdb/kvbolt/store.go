package kvbolt

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelkv/otelkv/kvdb"
)

// A Store is a bucket of a bbolt database. Make one with [Open] or [New]. It is
// safe for concurrent use. A nil or zero Store is closed.
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
	failure failure
	board   kvdb.NoticeBoard
	bloated atomic.Bool // there was a notice of a large list of free pages

	mu      sync.Mutex
	lent    map[*txn]struct{} // transactions that have begun and not ended
	closing chan struct{}     // closed by Close
}

var _ interface {
	kvdb.Store
	kvdb.Appender
	kvdb.Batcher
	kvdb.Describer
	kvdb.Exister
	kvdb.MultiGetter
	kvdb.Notifier
	kvdb.Pinger
	kvdb.PrefixScanner
	kvdb.Scanner
	kvdb.SizedGetter
	kvdb.SizedMultiGetter
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
	c, err := opts.config(db)
	if err != nil {
		return nil, err
	}
	s := newStore(db, c)
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
func Open(path string, opts *OpenOptions) (*Store, error) {
	c, engineOptions, err := opts.config(path)
	if err != nil {
		return nil, err
	}
	db, file, err := openDB(path, engineOptions)
	if err != nil {
		return nil, openError(path, err)
	}
	s := newStore(db, c)
	s.file = file
	if err := s.prepare(opOpen); err != nil {
		_ = s.Close() // the first error says more
		return nil, err
	}
	return s, nil
}

func newStore(db *bolt.DB, c config) *Store {
	s := &Store{
		db:       db,
		readOnly: db.IsReadOnly(),
		bucket:   []byte(c.bucket),
		path:     c.path,
		info:     kvdb.Info{System: "bbolt", Namespace: c.namespace, MaxKey: MaxKey, MaxValue: MaxValue},
		turn:     make(chan struct{}, 1),
		lent:     make(map[*txn]struct{}),
		closing:  make(chan struct{}),
	}
	s.failure.board = &s.board
	return s
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
		checkMetas(s.file, s.pageSize, &s.board)
	}
	err = engine(func() error {
		missing = t.tx.Bucket(s.bucket) == nil
		return nil
	})
	return missing, wrap(op, err)
}

// Describe implements [kvdb.Describer].
func (s *Store) Describe() kvdb.Info {
	if s == nil {
		return kvdb.Info{}
	}
	return s.info
}

func (s *Store) check(ctx context.Context, op string) error {
	if err := kvdb.CheckContext(ctx, op); err != nil {
		return err
	}
	if s.isClosed() {
		return errClosedFor(op)
	}
	return nil
}

func (s *Store) read(ctx context.Context, op string, fn func(*bolt.Bucket) error) error {
	if err := s.check(ctx, op); err != nil {
		return err
	}
	t, err := s.open(op, false)
	if err != nil {
		return err
	}
	defer t.finish()
	return wrap(op, engine(func() error { return fn(t.bucket) }))
}

// version is constant: a scan of the store need not see what is written
// meanwhile.
func (s *Store) version() int { return 0 }
