package kvbolt_test

import (
	"io"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil/adapter"
	"github.com/otelkv/otelkv/internal/testutil/decorated"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What tests of all adapters have in common.
var (
	closeAtEnd, notices, readStats = adapter.CloseAtEnd, adapter.Notices, adapter.ReadStats
	put, wantValue, wantKind       = adapter.Put, adapter.WantValue, adapter.WantKind
)

func TestAdapter(t *testing.T) {
	kvtest.RunAdapter(t, kvtest.Adapter{
		Open: func(path string) (kvdb.Store, error) { return kvbolt.Open(path, nil) },
		Variants: map[string]func(string) (kvdb.Store, error){
			"NoSync": func(path string) (kvdb.Store, error) {
				return kvbolt.Open(path, &kvbolt.OpenOptions{NoSync: true})
			},
		},
		OpenReadOnly: func(path string) (kvdb.Store, error) {
			return kvbolt.Open(path, &kvbolt.OpenOptions{Bolt: &bolt.Options{ReadOnly: true}})
		},
		Borrow: func(t testing.TB) (kvdb.Store, io.Closer) {
			db, err := bolt.Open(newPath(t), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			store, err := kvbolt.New(db, nil)
			if err != nil {
				t.Fatal(err)
			}
			return store, db
		},
		Capabilities: []string{
			"Appender", "Batcher", "Describer", "Exister", "MultiGetter", "Notifier", "Pinger", "PrefixScanner",
			"Scanner", "SizedGetter", "SizedMultiGetter", "StatsReader", "Swapper", "Updater", "Viewer",
		},
		StatInfos: kvbolt.StatInfos,
	})
}

func TestDecorated(t *testing.T) {
	decorated.Run(t, func(t testing.TB) kvdb.Store {
		return open(t, newPath(t), &kvbolt.OpenOptions{NoSync: true})
	})
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "test.db") }

func open(t testing.TB, path string, opts *kvbolt.OpenOptions) *kvbolt.Store {
	t.Helper()
	s, err := kvbolt.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

// borrow returns a store on db.
func borrow(t testing.TB, db *bolt.DB, opts *kvbolt.Options) *kvbolt.Store {
	t.Helper()
	s, err := kvbolt.New(db, opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

func openBolt(t testing.TB, opts *bolt.Options) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(newPath(t), 0o600, opts)
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
