package kvbolt_test

import (
	"bytes"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// entries returns "key=value" of a scan, with values cut short.
func entries(scan iter.Seq2[kvdb.Entry, error]) (got []string, last error) {
	for e, err := range scan {
		if err != nil {
			last = err
			continue
		}
		got = append(got, fmt.Sprintf("%s=%.8s", e.Key, e.Value))
	}
	return got, last
}

func wantEntries(t testing.TB, what string, scan iter.Seq2[kvdb.Entry, error], want []string) {
	t.Helper()
	if got, err := entries(scan); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %d entries, %v, want %d", what, len(got), err, len(want))
	}
}

// fill puts n entries in one transaction and returns them as entries does.
func fill(t testing.TB, s *kvbolt.Store, n int, value []byte) []string {
	t.Helper()
	var muts []kvdb.Mutation
	var want []string
	for i := range n {
		muts = append(muts, kvdb.Mutation{Key: fmt.Appendf(nil, "%05d", i), Value: value})
		want = append(want, fmt.Sprintf("%05d=%.8s", i, value))
	}
	if err := s.Apply(t.Context(), muts); err != nil {
		t.Fatal(err)
	}
	return want
}

// Pages end by their number of entries, by their size, and at a limit.
func TestScanPages(t *testing.T) {
	for _, size := range []int{0, 10, 5_000, 300_000} {
		t.Run(fmt.Sprint("size=", size), func(t *testing.T) {
			s := open(t, newPath(t), &kvbolt.OpenOptions{NoSync: true})
			n := min(4000, 20_000_000/max(size, 1))
			want := fill(t, s, n, bytes.Repeat([]byte("v"), size))
			backwards := slices.Clone(want)
			slices.Reverse(backwards)
			for _, limit := range []int{0, 1, 15, 16, 17, n - 1, n, n + 1} {
				k := n
				if limit > 0 {
					k = min(n, limit)
				}
				wantEntries(t, fmt.Sprint("limit ", limit), s.Scan(t.Context(), kvdb.Range{Limit: limit}), want[:k])
				wantEntries(t, fmt.Sprint("reverse, limit ", limit), s.Scan(t.Context(), kvdb.Range{Limit: limit, Reverse: true}), backwards[:k])
			}
		})
	}
}

// A loop holds no transaction, so that writes in it can enlarge the mapping.
func TestScanWithWritesThatGrowTheFile(t *testing.T) {
	db := openBolt(t, nil)
	s := borrow(t, db, nil)
	want := fill(t, s, 300, []byte("v"))
	var got []string
	for e, err := range s.Scan(t.Context(), kvdb.Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n := db.Stats().OpenTxN; n != 0 {
			t.Fatalf("%d read transactions are open in the loop", n)
		}
		got = append(got, fmt.Sprintf("%s=%s", e.Key, e.Value))
		if err := s.Put(t.Context(), append([]byte("!"), e.Key...), make([]byte, 20_000)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d entries, want %d", len(got), len(want))
	}
}

// A transaction's scan sees what its loop writes ahead of it.
func TestScanInTransactionSeesItsWrites(t *testing.T) {
	s, ctx := open(t, newPath(t), nil), t.Context()
	fill(t, s, 100, []byte("old"))
	for _, reverse := range []bool{false, true} {
		var want []string
		for i := range 200 {
			want = append(want, fmt.Sprintf("%05d=new", i))
		}
		err := s.Update(ctx, func(txn kvdb.Txn) error {
			start, step := 0, 1
			if reverse {
				slices.Reverse(want)
				start, step = 199, -1
			}
			if err := txn.Put(ctx, fmt.Appendf(nil, "%05d", start), []byte("new")); err != nil {
				return err
			}
			i := start
			var got []string
			for e, err := range txn.Scan(ctx, kvdb.Range{Reverse: reverse}) {
				if err != nil {
					return err
				}
				got = append(got, fmt.Sprintf("%s=%s", e.Key, e.Value))
				if i += step; i >= 0 && i < 200 {
					if err := txn.Put(ctx, fmt.Appendf(nil, "%05d", i), []byte("new")); err != nil {
						return err
					}
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("reverse %t: %d entries, want %d", reverse, len(got), len(want))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		fill(t, s, 200, []byte("old"))
	}
}

// Leaves that a transaction has emptied do not end a scan, in either direction.
func TestScanOverEmptiedLeaves(t *testing.T) {
	const n = 3000
	for _, gone := range []struct{ from, to int }{{0, n}, {0, 1000}, {1000, 2000}, {2000, n}, {1, n - 1}} {
		t.Run(fmt.Sprint(gone), func(t *testing.T) {
			s, ctx := open(t, newPath(t), &kvbolt.OpenOptions{NoSync: true}), t.Context()
			all := fill(t, s, n, []byte("v"))
			want := slices.Delete(slices.Clone(all), gone.from, gone.to)
			err := s.Update(ctx, func(txn kvdb.Txn) error {
				for i := gone.from; i < gone.to; i++ {
					if err := txn.Delete(ctx, fmt.Appendf(nil, "%05d", i)); err != nil {
						return err
					}
				}
				wantEntries(t, "forwards", txn.Scan(ctx, kvdb.Range{}), want)
				middle := fmt.Appendf(nil, "%05d", (gone.from+gone.to)/2)
				var below []string
				for _, e := range want {
					if e < string(middle) {
						below = append(below, e)
					}
				}
				slices.Reverse(want)
				slices.Reverse(below)
				wantEntries(t, "backwards", txn.Scan(ctx, kvdb.Range{Reverse: true}), want)
				wantEntries(t, "backwards from the gap", txn.Scan(ctx, kvdb.Range{End: middle, Reverse: true}), below)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			wantEntries(t, "afterwards", s.Scan(ctx, kvdb.Range{Reverse: true}), want)
		})
	}
}

// Deleting all in a loop costs no more than a few steps each.
func TestDeleteInLoopOfTransaction(t *testing.T) {
	s, ctx := open(t, newPath(t), &kvbolt.OpenOptions{NoSync: true}), t.Context()
	fill(t, s, 5000, []byte("v"))
	err := s.Update(ctx, func(txn kvdb.Txn) error {
		for e, err := range txn.Scan(ctx, kvdb.Range{}) {
			if err != nil {
				return err
			}
			if err := txn.Delete(ctx, e.Key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantEntries(t, "afterwards", s.Scan(ctx, kvdb.Range{}), nil)
}

func TestScanPrefix(t *testing.T) {
	s := borrow(t, openBolt(t, &bolt.Options{NoSync: true}), nil)
	for _, key := range []string{"a", "b", "b\x00", "b\xff", "b\xff\xff", "c", "\xff", "\xff\xff", "\xff\xffa"} {
		put(t, s, key, "")
	}
	for prefix, want := range map[string][]string{
		"b":        {"b", "b\x00", "b\xff", "b\xff\xff"},
		"b\xff":    {"b\xff", "b\xff\xff"},
		"\xff\xff": {"\xff\xff", "\xff\xffa"},
		"d":        nil,
	} {
		var got []string
		for e, err := range s.ScanPrefix(t.Context(), []byte(prefix)) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(e.Key))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("ScanPrefix(%q) = %q, want %q", prefix, got, want)
		}
	}
}
