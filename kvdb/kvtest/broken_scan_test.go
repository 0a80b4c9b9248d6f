package kvtest

import (
	"bytes"
	"context"
	"iter"
	"path"
	"sync"

	"github.com/otelkv/otelkv/kvdb"
)

type (
	entries = iter.Seq2[kvdb.Entry, error]
	yields  = func(kvdb.Entry, error) bool
)

// asking makes a scan that asks the engine for another range.
func asking(change func(*kvdb.Range)) func(*engine, *flawed) {
	return func(e *engine, f *flawed) {
		f.scan = func(ctx context.Context, r kvdb.Range) entries {
			change(&r)
			return e.Scan(ctx, r)
		}
	}
}

// through makes both scans pass what they yield through change.
func through(change func(e *engine, all entries) entries) func(*engine, *flawed) {
	return func(e *engine, f *flawed) {
		f.scan = func(ctx context.Context, r kvdb.Range) entries { return change(e, e.Scan(ctx, r)) }
		f.prefix = func(ctx context.Context, p []byte) entries { return change(e, e.ScanPrefix(ctx, p)) }
	}
}

// deaf makes both scans ignore their context once they run.
func deaf(e *engine, f *flawed) {
	quiet := func(ctx context.Context, all entries) entries {
		return func(yield yields) {
			if err := kvdb.CheckContext(ctx, "scan"); err != nil {
				yield(kvdb.Entry{}, err)
				return
			}
			all(yield)
		}
	}
	f.scan = func(ctx context.Context, r kvdb.Range) entries {
		return quiet(ctx, e.Scan(context.WithoutCancel(ctx), r))
	}
	f.prefix = func(ctx context.Context, p []byte) entries {
		return quiet(ctx, e.ScanPrefix(context.WithoutCancel(ctx), p))
	}
}

// onBreak does something when the loop is left early.
func onBreak(do func(e *engine)) func(*engine, *flawed) {
	return through(func(e *engine, all entries) entries {
		return func(yield yields) {
			for entry, err := range all {
				if !yield(entry, err) {
					do(e)
					return
				}
			}
		}
	})
}

// twice makes both scans yield the first entry again at the end.
func twice(_ *engine, all entries) entries {
	return func(yield yields) {
		var first kvdb.Entry
		for entry, err := range all {
			if first.Key == nil {
				first = entry
			}
			if !yield(entry, err) {
				return
			}
		}
		if first.Key != nil {
			yield(first, nil)
		}
	}
}

// errorTwice makes both scans yield an error two times.
func errorTwice(_ *engine, all entries) entries {
	return func(yield yields) {
		for entry, err := range all {
			if !yield(entry, err) || err != nil && !yield(entry, err) {
				return
			}
		}
	}
}

// errorWithEntry makes both scans yield an error beside an entry.
func errorWithEntry(_ *engine, all entries) entries {
	return func(yield yields) {
		for entry, err := range all {
			if err != nil {
				entry.Key = []byte("key")
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

// deafToBreak makes both scans yield after the loop was left.
func deafToBreak(_ *engine, all entries) entries {
	return func(yield yields) {
		for entry, err := range all {
			yield(entry, err)
		}
	}
}

// once makes both scans good for one loop.
func once(_ *engine, all entries) entries {
	var done sync.Once
	return func(yield yields) { done.Do(func() { all(yield) }) }
}

// paged makes both scans end with their first page.
func paged(_ *engine, all entries) entries {
	return func(yield yields) {
		n := 0
		for entry, err := range all {
			if n++; n > 1000 || !yield(entry, err) {
				return
			}
		}
	}
}

// recovering makes both scans swallow a panic of the loop.
func recovering(_ *engine, all entries) entries {
	return func(yield yields) {
		defer func() { _ = recover() }()
		all(yield)
	}
}

// globbing makes a prefix a pattern.
func globbing(e *engine, f *flawed) {
	f.prefix = func(ctx context.Context, p []byte) entries {
		return func(yield yields) {
			for entry, err := range e.ScanPrefix(ctx, nil) {
				if ok, _ := path.Match(string(p)+"*", string(entry.Key)); err == nil && !ok {
					continue
				}
				if !yield(entry, err) {
					return
				}
			}
		}
	}
}

// eagerPrefix makes ScanPrefix read before it is ranged over.
func eagerPrefix(e *engine, f *flawed) {
	f.prefix = func(ctx context.Context, p []byte) entries { return eager(e)(ctx, kvdb.Range{Start: p}) }
}

var brokenScans = []broken{
	{"an empty store has an entry", "Scan/EmptyStore", func(e *engine, f *flawed) {
		_ = e.Put(context.Background(), []byte("metadata"), nil)
	}},
	{"reverse is ignored", "Scan/Ranges", asking(func(r *kvdb.Range) { r.Reverse = false })},
	{"the limit is ignored", "Scan/Ranges", asking(func(r *kvdb.Range) { r.Limit = min(r.Limit, 0) })},
	{"the start is ignored", "Scan/Ranges", asking(func(r *kvdb.Range) { r.Start = nil })},
	{"the end is in the range", "Scan/Ranges", asking(func(r *kvdb.Range) {
		if len(r.End) > 0 {
			r.End = append(bytes.Clone(r.End), 0)
		}
	})},
	{"the end of a reverse scan is the start", "Scan/Ranges", asking(func(r *kvdb.Range) {
		if r.Reverse {
			r.Start, r.End = r.End, r.Start
		}
	})},
	{"an empty value is nil", "Scan/Ranges", through(func(_ *engine, all entries) entries {
		return func(yield yields) {
			for entry, err := range all {
				entry.Value = append([]byte(nil), entry.Value...)
				if !yield(entry, err) {
					return
				}
			}
		}
	})},
	{"ends with the first page", "Scan/ManyEntries", through(paged)},
	{"keys come with their values", "Scan/KeysOnly", asking(func(r *kvdb.Range) { r.KeysOnly = false })},
	{"keys alone are always asked for", "Scan/KeysOnly", asking(func(r *kvdb.Range) { r.KeysOnly = true })},
	{"the limit of keys is ignored", "Scan/KeysOnly", asking(func(r *kvdb.Range) {
		if r.KeysOnly {
			r.Limit = min(r.Limit, 0)
		}
	})},
	{"a negative limit is none", "Scan/NegativeLimit", asking(func(r *kvdb.Range) { r.Limit = max(r.Limit, 0) })},
	{"an error comes twice", "Scan/NegativeLimit", through(errorTwice)},
	{"an error comes with an entry", "Scan/NegativeLimit", through(errorWithEntry)},
	{"reads at once", "Scan/NothingBeforeRanging", func(e *engine, f *flawed) { f.scan = eager(e) }},
	{"is good for one loop", "Scan/NothingBeforeRanging", through(once)},
	{"ignores cancellation", "Scan/CanceledDuring", deaf},
	{"yields after a break", "Scan/Break", through(deafToBreak)},
	{"a break closes the store", "Scan/Break", onBreak(func(e *engine) { _ = e.Close() })},
	{"yields after a break at the error", "Scan/BreakAtError", through(errorTwiceRegardless)},
	{"swallows a panic", "Scan/PanicInLoop", through(recovering)},
	{"starts in the middle", "Scan/Pull", asking(func(r *kvdb.Range) { r.Start = []byte("key 00007") })},
	{"leaves out what the loop changed", "Scan/WriteInLoop", through(twice)},
	{"yields an entry twice", "Scan/WriteMeanwhile", through(twice)},
	{"ignores the prefix", "ScanPrefix/Prefixes", func(e *engine, f *flawed) {
		f.prefix = func(ctx context.Context, _ []byte) entries { return e.ScanPrefix(ctx, nil) }
	}},
	{"a prefix is a pattern", "ScanPrefix/PatternCharacters", globbing},
	{"ends with the first page", "ScanPrefix/ManyEntries", through(paged)},
	{"reads at once", "ScanPrefix/NothingBeforeRanging", eagerPrefix},
	{"ignores cancellation", "ScanPrefix/CanceledDuring", deaf},
	{"a break closes the store", "ScanPrefix/Break", onBreak(func(e *engine) { _ = e.Close() })},
	{"yields an entry twice", "ScanPrefix/WriteInLoop", through(twice)},
}

// errorTwiceRegardless makes both scans yield an error again, whether or not
// the loop was left.
func errorTwiceRegardless(_ *engine, all entries) entries {
	return func(yield yields) {
		for entry, err := range all {
			if more := yield(entry, err); err != nil {
				yield(entry, err)
			} else if !more {
				return
			}
		}
	}
}
