package kvpebble_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Run("Open", func(t *testing.T) {
		kvtest.Run(t, func(t testing.TB) kvdb.Store {
			store, err := kvpebble.Open(t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return store
		})
	})
	t.Run("New", func(t *testing.T) {
		kvtest.Run(t, func(t testing.TB) kvdb.Store { return borrow(t, nil) })
	})
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
