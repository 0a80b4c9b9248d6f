package kvtest

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// An Adapter is how [RunAdapter] gets stores of an embedded engine.
type Adapter struct {
	// Open opens the database at a path with the adapter's defaults, and creates
	// it unless it is there. It is the adapter's Open with nil options.
	Open func(path string) (kvdb.Store, error)

	// Variants are other ways to open what Open creates, such as without syncs, by
	// name.
	Variants map[string]func(path string) (kvdb.Store, error)

	// OpenReadOnly opens a database that is there for reading only; nil for an
	// engine that does not.
	OpenReadOnly func(path string) (kvdb.Store, error)

	// Borrow opens a fresh handle of the engine and returns a store on it, and the
	// handle. It is the adapter's New with nil options. Whoever calls Borrow closes both.
	Borrow func(t testing.TB) (kvdb.Store, io.Closer)

	// Capabilities are those that stores of the adapter have, in alphabetical
	// order.
	Capabilities []string

	// StatInfos is the function of the package that declares its statistics; nil
	// for one without.
	StatInfos func() []kvdb.StatInfo
}

// RunAdapter tests an adapter of an embedded engine: the suite of [Run] with Open
// and with New, and what there is to an adapter beside its stores. What was
// acknowledged is there when the database is opened again, locks and wrong paths
// have the errors of package kvdb, a handle that is borrowed stays open, and one that is
// closed behind the store's back makes errors.
//
// It starts the test binary once more, as a process that holds a lock, and so
// has to be called from a test function and not from a subtest with a name of
// its own making. It leaves no goroutine and no process behind.
func RunAdapter(t *testing.T, a Adapter) {
	t.Helper()
	t.Run("Open", func(t *testing.T) {
		Run(t, func(t testing.TB) kvdb.Store { return (&adapterFixture{t, a}).open(newPath(t)) })
	})
	t.Run("New", func(t *testing.T) {
		Run(t, func(t testing.TB) kvdb.Store { store, _ := (&adapterFixture{t, a}).borrow(); return store })
	})
	for _, c := range adapterCases {
		t.Run(c.name, func(t *testing.T) { c.run(&adapterFixture{t, a}) })
	}
}

// An adapterCase tests one rule.
type adapterCase struct {
	name string
	run  func(f *adapterFixture)
}

// An adapterFixture is the adapter under test.
type adapterFixture struct {
	testing.TB
	adapter Adapter
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "kvtest.db") }

// open returns a store that is closed at the end of the test, unless it is before.
func (f *adapterFixture) open(path string) kvdb.Store {
	f.Helper()
	return f.opened(f.adapter.Open(path))
}

func (f *adapterFixture) opened(s kvdb.Store, err error) kvdb.Store {
	f.Helper()
	if err != nil {
		f.Fatalf("Open: %v", err)
	}
	f.closeAtEnd("the store", s)
	return s
}

// borrow returns a store and its handle, which are closed at the end of the test,
// unless they are before.
func (f *adapterFixture) borrow() (kvdb.Store, *handle) {
	f.Helper()
	s, h := f.adapter.Borrow(f)
	if s == nil || h == nil {
		f.Fatal("Borrow returned nil")
	}
	once := &handle{Closer: h}
	f.Cleanup(func() {
		if err := once.Close(); err != nil {
			f.Errorf("Close of the handle: %v", err)
		}
	})
	f.closeAtEnd("the store", s)
	return s, once
}

// A handle is closed once.
type handle struct {
	io.Closer
	closed bool
}

func (h *handle) Close() error {
	if h.closed {
		return nil
	}
	h.closed = true
	return h.Closer.Close()
}

func (f *adapterFixture) closeAtEnd(what string, s kvdb.Store) {
	f.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, kvdb.ErrClosed) {
			f.Errorf("Close of %s: %v", what, err)
		}
	})
}

func (f *adapterFixture) close(s kvdb.Store) {
	f.Helper()
	if err := s.Close(); err != nil {
		f.Fatalf("Close: %v", err)
	}
}

// on has the helpers for one store.
func (f *adapterFixture) on(s kvdb.Store) *fixture { return &fixture{TB: f, store: s} }
