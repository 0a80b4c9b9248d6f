package kvtest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

var scanCases = []capabilityCase[kvdb.Scanner]{
	{"EmptyStore", func(f *fixture, s kvdb.Scanner) {
		f.wantPairs("of an empty store", s.Scan(f.Context(), kvdb.Range{}), nil)
		f.wantPairs("of an empty store", s.Scan(f.Context(), kvdb.Range{Reverse: true, Limit: 1}), nil)
	}},
	{"Ranges", func(f *fixture, s kvdb.Scanner) {
		wantRanges(f, s, f.fillBinary())
	}},
	{"ManyEntries", func(f *fixture, s kvdb.Scanner) {
		want := numbered(1100)
		f.fill(want)
		f.wantPairs("of all", s.Scan(f.Context(), kvdb.Range{}), want)
		f.wantPairs("with a limit", s.Scan(f.Context(), kvdb.Range{Limit: 1050}), want[:1050])
		slices.Reverse(want)
		f.wantPairs("in reverse", s.Scan(f.Context(), kvdb.Range{Reverse: true}), want)
	}},
	{"KeysOnly", func(f *fixture, s kvdb.Scanner) {
		all := numbered(40)
		all[7].value = ""
		f.fill(all)
		wantKeysOnly(f, s, all)
		f.wantPairs("after scans of keys", s.Scan(f.Context(), kvdb.Range{}), all)
	}},
	{"NegativeLimit", func(f *fixture, s kvdb.Scanner) {
		f.put("a", "1")
		for _, r := range []kvdb.Range{{Limit: -1}, {Limit: -1, Reverse: true}, {Limit: -1, Start: []byte("b"), End: []byte("a")}} {
			n, err := f.scanError(s.Scan(f.Context(), r))
			f.wantError("Scan with a negative limit", err, kvdb.ErrInvalidArgument)
			if n > 0 {
				f.Errorf("Scan with a negative limit yielded %d entries", n)
			}
		}
	}},
	{"NothingBeforeRanging", func(f *fixture, s kvdb.Scanner) {
		lazyScan(f, func(ctx context.Context) iter.Seq2[kvdb.Entry, error] { return s.Scan(ctx, kvdb.Range{}) })
	}},
	{"CanceledDuring", func(f *fixture, s kvdb.Scanner) {
		canceledScan(f, func(ctx context.Context) iter.Seq2[kvdb.Entry, error] { return s.Scan(ctx, kvdb.Range{}) })
	}},
	{"Break", func(f *fixture, s kvdb.Scanner) {
		brokenScan(f, s.Scan(f.Context(), kvdb.Range{}))
	}},
	{"BreakAtError", func(f *fixture, s kvdb.Scanner) {
		for range s.Scan(f.Context(), kvdb.Range{Limit: -1}) { //nolint:errcheck // leaving at the error is the test
			break
		}
		f.close()
		for range s.Scan(f.Context(), kvdb.Range{}) { //nolint:errcheck // leaving at the error is the test
			break
		}
	}},
	{"PanicInLoop", func(f *fixture, s kvdb.Scanner) {
		f.fill(numbered(20))
		f.wantPanic("Scan", func(p any) {
			for range s.Scan(f.Context(), kvdb.Range{}) { //nolint:errcheck // the panic is the test
				panic(p)
			}
		})
	}},
	{"Pull", func(f *fixture, s kvdb.Scanner) {
		f.fill(numbered(20))
		next, stop := iter.Pull2(s.Scan(f.Context(), kvdb.Range{}))
		for _, want := range numbered(20)[:3] {
			if e, err, ok := next(); !ok || err != nil || string(e.Key) != want.key || string(e.Value) != want.value {
				f.Errorf("the next entry is %q, %q, %v, %t, want %q", e.Key, e.Value, err, ok, want)
			}
		}
		stop()
		f.put("k", "v")
		f.close()
	}},
	{"WriteInLoop", func(f *fixture, s kvdb.Scanner) {
		for _, reverse := range []bool{false, true} {
			writeInScan(f, s.Scan(f.Context(), kvdb.Range{Reverse: reverse}))
		}
	}},
	{"WriteMeanwhile", func(f *fixture, s kvdb.Scanner) {
		writeWhileScanning(f, s)
	}},
}

// numbered returns n pairs in order, each with a value of its own.
func numbered(n int) []pair {
	pairs := make([]pair, n)
	for i := range pairs {
		pairs[i] = pair{fmt.Sprintf("key %05d", i), fmt.Sprintf("value %d", i)}
	}
	return pairs
}

// fillBinary puts a value, one of them empty, under every binary key and
// returns the pairs in order.
func (f *fixture) fillBinary() []pair {
	f.Helper()
	pairs := make([]pair, len(binaryKeys))
	for i, key := range binaryKeys {
		pairs[i] = pair{key, strings.Repeat("v", i)}
	}
	f.fill(pairs)
	return pairs
}

// wantRanges scans s, which holds sorted, with bounds on and between its keys.
func wantRanges(f *fixture, s kvdb.Scanner, sorted []pair) {
	f.Helper()
	bounds := [][]byte{
		nil, {}, []byte("\x00"), []byte("\x00\x00"), []byte("\x00\x01"), []byte("a"), []byte("a\x00"), []byte("aa"),
		[]byte("\xff"), []byte("\xff\xff"), []byte("\xff\xff\x00"),
	}
	for _, start := range bounds {
		for _, end := range bounds {
			for _, reverse := range []bool{false, true} {
				for _, limit := range []int{0, 1, 2, len(sorted), 1000} {
					r := kvdb.Range{Start: start, End: end, Limit: limit, Reverse: reverse}
					got, want := f.collect(s.Scan(f.Context(), r)), inRange(sorted, r)
					if !slices.Equal(got, want) {
						f.Errorf("a scan from %+q to %+q with limit %d, reverse %t:\n got %q\nwant %q", start, end, limit, reverse, got, want)
						return // one of a thousand says it
					}
				}
			}
		}
	}
}

// inRange is what a scan of r over sorted has to yield.
func inRange(sorted []pair, r kvdb.Range) []pair {
	var pairs []pair
	for _, p := range sorted {
		if p.key >= string(r.Start) && (len(r.End) == 0 || p.key < string(r.End)) {
			pairs = append(pairs, p)
		}
	}
	if r.Reverse {
		slices.Reverse(pairs)
	}
	if r.Limit > 0 && r.Limit < len(pairs) {
		pairs = pairs[:r.Limit]
	}
	return pairs
}

// wantPairs ranges over entries twice.
func (f *fixture) wantPairs(what string, entries iter.Seq2[kvdb.Entry, error], want []pair) {
	f.Helper()
	for _, round := range []string{"first", "second"} {
		got := f.collect(entries)
		if slices.Equal(got, want) {
			continue
		}
		n := 0
		for n < len(got) && n < len(want) && got[n] == want[n] {
			n++
		}
		f.Errorf("a scan %s yielded %d entries at the %s time, want %d; from number %d on it is %q, want %q",
			what, len(got), round, len(want), n, got[n:min(len(got), n+3)], want[n:min(len(want), n+3)])
		return
	}
}
