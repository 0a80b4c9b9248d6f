package kvbolt_test

import (
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

func TestStatsNames(t *testing.T) {
	all := []string{
		"kvdb.engine.disk.size By gauge",
		"kvdb.engine.page.size By gauge",
		"kvdb.engine.pages.free {page} gauge",
		"kvdb.engine.pages.pending {page} gauge",
		"kvdb.engine.freelist.size By gauge",
		"kvdb.engine.page.writes {page} counter",
		"kvdb.engine.read_transactions {transaction} gauge",
		"kvdb.engine.read_transaction.oldest_age s gauge",
		"kvdb.engine.failed  gauge",
	}
	if runtime.GOOS == "linux" || runtime.GOOS == "darwin" {
		all = append(all, "kvdb.utilization.disk 1 gauge")
	}
	without := func(parts ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
			return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
		})
	}
	path := newPath(t)
	if err := open(t, path, nil).Close(); err != nil {
		t.Fatal(err)
	}
	gonePath := newPath(t)
	gone := open(t, gonePath, nil)
	if runtime.GOOS != "windows" {
		if err := os.Remove(gonePath); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		store *kvbolt.Store
		want  []string
	}{
		"opened":            {open(t, newPath(t), nil), all},
		"borrowed":          {borrow(t, openBolt(t, nil), nil), all},
		"without counts":    {borrow(t, openBolt(t, &bolt.Options{NoStatistics: true}), nil), without("{page}", "freelist", "transactions")},
		"read-only":         {open(t, path, &kvbolt.OpenOptions{Bolt: &bolt.Options{ReadOnly: true}}), without("pages.", "freelist")},
		"read-only, loaded": {open(t, path, &kvbolt.OpenOptions{Bolt: &bolt.Options{ReadOnly: true, PreLoadFreelist: true}}), all},
		"gone":              {gone, without("disk")},
	} {
		for range 2 {
			if _, got := readStats(t, tt.store); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s: statistics\n%q, want\n%q", name, got, tt.want)
			}
		}
	}
}

func TestStatsValues(t *testing.T) {
	path := newPath(t)
	s := open(t, path, nil)
	fresh, _ := readStats(t, s)
	fill(t, s, 2000, make([]byte, 100))
	filled, _ := readStats(t, s)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(txn kvdb.Txn) error {
		for e, err := range txn.Scan(t.Context(), kvdb.Range{}) {
			if err != nil {
				return err
			}
			if err := txn.Delete(t.Context(), e.Key); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	put(t, s, "k", "v") // frees what the transaction before has given back
	emptied, _ := readStats(t, s)
	for name, ok := range map[string]bool{
		"kvdb.engine.disk.size":                   filled["kvdb.engine.disk.size"] == float64(info.Size()) && info.Size() > 200_000,
		"kvdb.engine.page.size":                   filled["kvdb.engine.page.size"] == float64(os.Getpagesize()),
		"kvdb.engine.failed":                      filled["kvdb.engine.failed"] == 0,
		"kvdb.engine.page.writes":                 filled["kvdb.engine.page.writes"] > fresh["kvdb.engine.page.writes"]+50,
		"kvdb.engine.pages.free":                  emptied["kvdb.engine.pages.free"] > filled["kvdb.engine.pages.free"]+50,
		"kvdb.engine.freelist.size":               emptied["kvdb.engine.freelist.size"] == 16+8*(emptied["kvdb.engine.pages.free"]+emptied["kvdb.engine.pages.pending"]),
		"kvdb.engine.read_transactions":           fresh["kvdb.engine.read_transactions"] == 0,
		"kvdb.engine.read_transaction.oldest_age": fresh["kvdb.engine.read_transaction.oldest_age"] == 0,
	} {
		if !ok {
			t.Errorf("%s: %v fresh, %v filled, %v emptied", name, fresh[name], filled[name], emptied[name])
		}
	}
	if used, ok := emptied["kvdb.utilization.disk"]; ok && (used <= 0 || used > 1) {
		t.Errorf("kvdb.utilization.disk is %v", used)
	}
}

func TestStatsOfReadTransactions(t *testing.T) {
	db := openBolt(t, nil)
	s := borrow(t, db, nil)
	foreign, err := db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Rollback()
	if got, _ := readStats(t, s); got["kvdb.engine.read_transactions"] != 1 || got["kvdb.engine.read_transaction.oldest_age"] != 0 {
		t.Errorf("with somebody else's transaction: %v", got)
	}
	err = s.View(t.Context(), func(kvdb.Reader) error {
		first, _ := readStats(t, s)
		return s.View(t.Context(), func(kvdb.Reader) error {
			second, _ := readStats(t, s)
			const open, age = "kvdb.engine.read_transactions", "kvdb.engine.read_transaction.oldest_age"
			if first[open] != 2 || second[open] != 3 || first[age] <= 0 || second[age] <= first[age] {
				t.Errorf("in one view %v, in two %v", first, second)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
