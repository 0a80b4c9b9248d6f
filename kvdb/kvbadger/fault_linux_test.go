package kvbadger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
)

// A table that is cut short while it is mapped ends neither the process nor Close: reads of
// it are errors, and writes are refused from then on.
func TestFault(t *testing.T) {
	path := newPath(t)
	s := open(t, path, &kvbadger.OpenOptions{NoSync: true})
	for i := range 100 {
		put(t, s, fmt.Sprintf("key %d", i), strings.Repeat(fmt.Sprint(i*i*i), 500))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, nil)
	tables, err := filepath.Glob(filepath.Join(path, "*.sst"))
	if err != nil || len(tables) != 1 {
		t.Fatal(tables, err)
	}
	if err := os.Truncate(tables[0], 0); err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(t.Context(), []byte("key 50"))
	wantKind(t, "Get", err, kvdb.ErrCorruption)
	wantKind(t, "Put", s.Put(t.Context(), []byte("key"), nil), kvdb.ErrEngineFailed)
	wantKind(t, "Ping", s.Ping(t.Context()), kvdb.ErrCorruption) // which reads, too
	got := notices(t, s)
	if len(got) != 1 || got[0].Name != kvdb.NoticeEngineFailed || !strings.Contains(got[0].Text, "damaged") {
		t.Errorf("the notices are %v", got)
	}
	wantKind(t, "Close", s.Close(), kvdb.ErrEngineFailed)
}
