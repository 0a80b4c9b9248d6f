package kvdb

import (
	"bytes"
	"context"
	"errors"
	"iter"
)

var errNegativeLimit = errors.New("the limit is negative")

// Scan implements [Scanner].
func (m *Memory) Scan(ctx context.Context, r Range) iter.Seq2[Entry, error] {
	return scan(r, m.root.Load, func(op string) error { return m.check(ctx, op) })
}

// ScanPrefix implements [PrefixScanner]. The keys come in bytewise order.
func (m *Memory) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range m.Scan(ctx, Range{Start: prefix}) {
			if err == nil && !bytes.HasPrefix(e.Key, prefix) {
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// scan iterates over r in the tree that load returns at the start, for as long
// as check returns nil.
func scan(r Range, load func() *node, check func(op string) error) iter.Seq2[Entry, error] {
	const op = "scan"
	return func(yield func(Entry, error) bool) {
		root := load()
		err := check(op)
		if err == nil && r.Limit < 0 {
			err = &Error{Op: op, Kind: ErrInvalidArgument, Err: errNegativeLimit}
		}
		if err != nil {
			yield(Entry{}, err)
			return
		}
		left := r.Limit
		root.walk(&r, func(e *Entry) bool {
			if err := check(op); err != nil {
				yield(Entry{}, err)
				return false
			}
			left--
			entry := *e
			if r.KeysOnly {
				entry.Value = nil
			}
			return yield(entry, nil) && left != 0
		})
	}
}
