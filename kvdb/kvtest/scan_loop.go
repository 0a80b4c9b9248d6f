package kvtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

// lazyScan checks that a scan reads when it is ranged over, each time anew.
func lazyScan(f *fixture, scan func(context.Context) iter.Seq2[kvdb.Entry, error]) {
	f.put("a", "1")
	entries := scan(f.Context())
	f.put("b", "2")
	f.wantPairs("that was made before a write", entries, []pair{{"a", "1"}, {"b", "2"}})
	f.delete("a")
	f.wantPairs("that was ranged over before a write", entries, []pair{{"b", "2"}})

	ctx, cancel := context.WithCancel(f.Context())
	entries = scan(ctx)
	cancel()
	n, err := f.scanError(entries)
	f.wantError("a scan whose context ends before it is ranged over", err, context.Canceled)
	if n > 0 {
		f.Errorf("a scan whose context has ended yielded %d entries", n)
	}
}

// canceledScan cancels in the loop.
func canceledScan(f *fixture, scan func(context.Context) iter.Seq2[kvdb.Entry, error]) {
	all := numbered(300)
	f.fill(all)
	ctx, cancel := context.WithCancel(f.Context())
	defer cancel()
	seen := 0
	n, err := f.scanError(func(yield func(kvdb.Entry, error) bool) {
		for e, err := range scan(ctx) {
			if seen++; seen == 3 {
				cancel()
			}
			if !yield(e, err) {
				return
			}
		}
	})
	if n < 3 || n >= len(all) {
		f.Errorf("a scan of %d entries that was cancelled at the third yielded %d", len(all), n)
	}
	f.wantError("a scan that was cancelled in its loop", err, context.Canceled)
}

// brokenScan breaks out of a loop and uses the store.
func brokenScan(f *fixture, entries iter.Seq2[kvdb.Entry, error]) {
	f.fill(numbered(20))
	for range 3 {
		n := 0
		for _, err := range entries {
			if err != nil {
				f.Fatal(err)
			}
			if n++; n == 2 {
				break
			}
		}
		if n != 2 {
			f.Errorf("a loop that breaks at the second entry saw %d", n)
		}
	}
	f.put("key 00000", "new")
	f.delete("key 00001")
	f.wantValue(f.store, "key 00000", "new")
	if got := f.collect(entries); len(got) != 19 {
		f.Errorf("a scan after a broken one yielded %d entries, want 19", len(got))
	}
	f.close()
}

// writeInScan reads, adds, changes and deletes in the loop. Every entry that
// was there before and is not deleted ahead of the scan is yielded once.
func writeInScan(f *fixture, entries iter.Seq2[kvdb.Entry, error]) {
	want := numbered(40)
	f.fill(want)
	var got []string
	for e, err := range entries {
		if err != nil {
			f.Fatalf("a scan with writes in its loop: %v", err)
		}
		key := string(e.Key)
		if !strings.HasPrefix(key, "key ") || strings.HasSuffix(key, "+") {
			continue
		}
		got = append(got, key)
		f.wantValue(f.store, key, string(e.Value))
		f.put(key+"+", "added behind and ahead")
		f.put("added", key)
		f.delete(key)
	}
	slices.Sort(got)
	if !slices.Equal(got, keysOf(want)) {
		f.Errorf("a scan with writes in its loop yielded %q, want each of %q once", got, keysOf(want))
	}
	for _, p := range want {
		f.wantAbsent(f.store, p.key)
		f.wantValue(f.store, p.key+"+", "added behind and ahead")
	}
}

// writeWhileScanning writes to every second key from another goroutine.
func writeWhileScanning(f *fixture, s kvdb.Scanner) {
	pairs := numbered(100)
	f.fill(pairs)
	var stable []string
	for i := 0; i < len(pairs); i += 2 {
		stable = append(stable, pairs[i].key)
	}
	var done atomic.Bool
	f.parallel(2, func(i int) error {
		if i == 0 {
			for n := 1; !done.Load(); n = (n + 14) % len(pairs) {
				key := []byte(pairs[n|1].key)
				if err := errors.Join(f.store.Delete(f.Context(), key), f.store.Put(f.Context(), key, nil)); err != nil {
					return err
				}
			}
			return nil
		}
		defer done.Store(true)
		for n := range 10 {
			var got []string
			last := ""
			for e, err := range s.Scan(f.Context(), kvdb.Range{Reverse: n%2 == 1}) {
				if err != nil {
					return err
				}
				key := string(e.Key)
				if last != "" && (key > last) != (n%2 == 0) {
					return fmt.Errorf("a scan during writes yielded %q after %q", key, last)
				}
				last = key
				if slices.Contains(stable, key) {
					got = append(got, key)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, stable) {
				return fmt.Errorf("a scan during writes to other keys yielded %q, want each of %q once", got, stable)
			}
		}
		return nil
	})
}

func keysOf(pairs []pair) []string {
	keys := make([]string, len(pairs))
	for i, p := range pairs {
		keys[i] = p.key
	}
	return keys
}

// wantPanic checks that a panic in the caller's code comes through and leaves
// the store usable.
func (f *fixture) wantPanic(what string, run func(p any)) {
	f.Helper()
	thrown := errors.New("the caller's panic")
	caught := func() (p any) {
		defer func() { p = recover() }()
		run(thrown)
		return nil
	}()
	if caught != thrown {
		f.Errorf("%s let the panic %v through, want %v", what, caught, thrown)
	}
	f.put("after a panic", "v")
	f.wantValue(f.store, "after a panic", "v")
	f.close()
}
