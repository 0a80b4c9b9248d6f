package kvbadger

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// A page that the collector cannot read ends neither the process nor Close.
func TestCollectFault(t *testing.T) {
	dir, b, _ := withGarbage(t)
	s := openGarbage(t, dir, &b, nil)
	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatal(tables, err)
	}
	for _, table := range tables {
		if err := os.Truncate(table, 0); err != nil {
			t.Fatal(err)
		}
	}
	s.collector.collect(s, 0.5)
	if n := s.collector.failures.Load(); n != 1 {
		t.Errorf("%d rewrites failed", n)
	}
	closeStore(t, s, kvdb.ErrEngineFailed)
}
