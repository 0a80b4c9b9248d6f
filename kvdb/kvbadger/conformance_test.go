package kvbadger_test

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil/adapter"
	"github.com/otelkv/otelkv/internal/testutil/decorated"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What tests of all adapters have in common.
var (
	closeAtEnd, notices, readStats = adapter.CloseAtEnd, adapter.Notices, adapter.ReadStats
	put, wantValue, wantKind       = adapter.Put, adapter.WantValue, adapter.WantKind
)

func TestAdapter(t *testing.T) {
	t.Parallel() // it waits for clocks
	kvtest.RunAdapter(t, kvtest.Adapter{
		Open: func(path string) (kvdb.Store, error) { return kvbadger.Open(path, nil) },
		Variants: map[string]func(string) (kvdb.Store, error){
			"NoSync": func(path string) (kvdb.Store, error) {
				return kvbadger.Open(path, &kvbadger.OpenOptions{NoSync: true})
			},
			"values in the value log": func(path string) (kvdb.Store, error) {
				b := badger.DefaultOptions("").WithValueThreshold(1)
				return kvbadger.Open(path, &kvbadger.OpenOptions{Badger: &b})
			},
		},
		OpenReadOnly: func(path string) (kvdb.Store, error) {
			b := badger.DefaultOptions("").WithReadOnly(true)
			return kvbadger.Open(path, &kvbadger.OpenOptions{Badger: &b})
		},
		Borrow: func(t testing.TB) (kvdb.Store, io.Closer) {
			db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil))
			if err != nil {
				t.Fatal(err)
			}
			store, err := kvbadger.New(db, nil)
			if err != nil {
				t.Fatal(err)
			}
			return store, db
		},
		Capabilities: []string{
			"Appender", "Batcher", "Describer", "Exister", "MultiGetter", "Notifier", "Pinger", "PrefixScanner",
			"Scanner", "SizedGetter", "SizedMultiGetter", "StatsReader", "Swapper", "TTLGetter", "TTLPutter", "Updater", "Viewer",
		},
		StatInfos: kvbadger.StatInfos,
	})
}

func TestDecorated(t *testing.T) {
	t.Parallel()
	decorated.RunParallel(t, func(t testing.TB) kvdb.Store { return open(t, newPath(t), small()) })
}

// Every value that has bytes is in the value log, and memory is little.
func TestValueLog(t *testing.T) {
	t.Parallel()
	kvtest.Run(t, func(t testing.TB) kvdb.Store { return open(t, newPath(t), small()) })
}

// In memory there are other limits.
func TestInMemory(t *testing.T) {
	t.Parallel()
	kvtest.Run(t, func(t testing.TB) kvdb.Store {
		return borrow(t, openBadger(t, badger.DefaultOptions("").WithInMemory(true).WithLogger(nil)), nil)
	})
}

// small are the options of a store that takes little memory and keeps values in the log.
func small() *kvbadger.OpenOptions {
	b := badger.DefaultOptions("").WithMemTableSize(4 << 20).WithValueThreshold(1).WithValueLogFileSize(16 << 20)
	return &kvbadger.OpenOptions{NoSync: true, Badger: &b}
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "test.db") }

func open(t testing.TB, path string, opts *kvbadger.OpenOptions) *kvbadger.Store {
	t.Helper()
	s, err := kvbadger.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

// borrow returns a store on db.
func borrow(t testing.TB, db *badger.DB, opts *kvbadger.Options) *kvbadger.Store {
	t.Helper()
	s, err := kvbadger.New(db, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

func openBadger(t testing.TB, opts badger.Options) *badger.DB {
	t.Helper()
	db, err := badger.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close of the handle: %v", err)
		}
	})
	return db
}
