package kvpebble_test

import (
	"io"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil/adapter"
	"github.com/otelkv/otelkv/internal/testutil/decorated"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What tests of all adapters have in common.
var (
	notices, readStats = adapter.Notices, adapter.ReadStats
	put, wantValue     = adapter.Put, adapter.WantValue
)

func TestAdapter(t *testing.T) {
	kvtest.RunAdapter(t, kvtest.Adapter{
		Open: func(path string) (kvdb.Store, error) { return kvpebble.Open(path, nil) },
		Variants: map[string]func(string) (kvdb.Store, error){
			"NoSync": func(path string) (kvdb.Store, error) {
				return kvpebble.Open(path, &kvpebble.OpenOptions{NoSync: true})
			},
		},
		OpenReadOnly: func(path string) (kvdb.Store, error) {
			return kvpebble.Open(path, &kvpebble.OpenOptions{Pebble: &pebble.Options{ReadOnly: true}})
		},
		Borrow: func(t testing.TB) (kvdb.Store, io.Closer) {
			db := memoryDB(t)
			store, err := kvpebble.New(db, nil)
			if err != nil {
				t.Fatal(err)
			}
			return store, db
		},
		Capabilities: []string{
			"Appender", "Batcher", "Describer", "Exister", "Notifier", "Pinger", "PrefixScanner", "Scanner", "SizedGetter", "StatsReader", "Viewer",
		},
		StatInfos: kvpebble.StatInfos,
	})
}

func TestDecorated(t *testing.T) {
	decorated.Run(t, func(t testing.TB) kvdb.Store { return borrow(t, nil) })
}

// borrow returns a store on a database in memory that the test closes.
func borrow(t testing.TB, opts *kvpebble.Options) *kvpebble.Store {
	t.Helper()
	return borrowHandle(t, "db", &pebble.Options{FS: vfs.NewMem()}, opts)
}

// borrowHandle returns a store on a database that the test closes.
func borrowHandle(t testing.TB, dir string, engine *pebble.Options, opts *kvpebble.Options) *kvpebble.Store {
	t.Helper()
	engine.Logger = silent{t}
	db, err := pebble.Open(dir, engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("the borrowed handle: %v", err)
		}
	})
	store, err := kvpebble.New(db, opts)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func memoryDB(t testing.TB) *pebble.DB {
	t.Helper()
	db, err := pebble.Open("db", &pebble.Options{FS: vfs.NewMem(), Logger: silent{t}})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// silent is a logger for tests.
type silent struct{ t testing.TB }

func (silent) Infof(string, ...any)                {}
func (silent) Errorf(string, ...any)               {}
func (s silent) Fatalf(format string, args ...any) { s.t.Errorf("pebble: "+format, args...) }
