package kvtest

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

var prefixCases = []capabilityCase[kvdb.PrefixScanner]{
	{"Prefixes", func(f *fixture, s kvdb.PrefixScanner) {
		all := f.fillBinary()
		for _, prefix := range []string{"", "\x00", "\x00\x00", "a", "a\x00", "ab", "abc", "absent", "%", "\xff", "\xff\xff", "\xff\xff\xff", "*", "?", "[a]"} {
			var want []pair
			for _, p := range all {
				if strings.HasPrefix(p.key, prefix) {
					want = append(want, p)
				}
			}
			f.wantPairs("of the prefix "+prefix, sorted(s.ScanPrefix(f.Context(), []byte(prefix))), want)
		}
		if got := f.collect(s.ScanPrefix(f.Context(), nil)); len(got) != len(all) {
			f.Errorf("ScanPrefix of a nil prefix yielded %d entries, want all %d", len(got), len(all))
		}
	}},
	{"PatternCharacters", func(f *fixture, s kvdb.PrefixScanner) {
		want := []pair{{"a*1", "1"}, {"a*2", "2"}}
		f.fill(append(want, pair{"ab1", "3"}, pair{"a1", "4"}, pair{"a", "5"}))
		f.wantPairs("of the prefix a*", sorted(s.ScanPrefix(f.Context(), []byte("a*"))), want)
	}},
	{"ManyEntries", func(f *fixture, s kvdb.PrefixScanner) {
		want := numbered(1100)
		f.fill(append([]pair{{"a", ""}, {"z", ""}}, want...))
		f.wantPairs("of a prefix", sorted(s.ScanPrefix(f.Context(), []byte("key "))), want)
	}},
	{"NothingBeforeRanging", func(f *fixture, s kvdb.PrefixScanner) {
		lazyScan(f, func(ctx context.Context) iter.Seq2[kvdb.Entry, error] { return sorted(s.ScanPrefix(ctx, nil)) })
	}},
	{"CanceledDuring", func(f *fixture, s kvdb.PrefixScanner) {
		canceledScan(f, func(ctx context.Context) iter.Seq2[kvdb.Entry, error] { return s.ScanPrefix(ctx, []byte("key")) })
	}},
	{"Break", func(f *fixture, s kvdb.PrefixScanner) {
		brokenScan(f, s.ScanPrefix(f.Context(), []byte("key")))
	}},
	{"WriteInLoop", func(f *fixture, s kvdb.PrefixScanner) {
		writeInScan(f, s.ScanPrefix(f.Context(), []byte("key")))
	}},
}

// sorted yields the entries in order, and then their error.
func sorted(entries iter.Seq2[kvdb.Entry, error]) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		var all []kvdb.Entry
		var last error
		for e, err := range entries {
			if last = err; err == nil {
				all = append(all, kvdb.Entry{Key: slices.Clone(e.Key), Value: slices.Clone(e.Value)})
			}
		}
		slices.SortFunc(all, func(a, b kvdb.Entry) int { return strings.Compare(string(a.Key), string(b.Key)) })
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
		if last != nil {
			yield(kvdb.Entry{}, last)
		}
	}
}
