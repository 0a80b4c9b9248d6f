package kvbadger

import (
	"bytes"
	"context"
	"errors"
	"iter"

	"github.com/dgraph-io/badger/v4"

	"github.com/otelkv/otelkv/kvdb"
)

var errNegativeLimit = errors.New("the limit is negative")

// Scan implements [kvdb.Scanner]. It yields the state of the store at the moment it is
// ranged over, and keeps it for as long: the versions that it can see are not
// compacted away. Values in the value log are read one by one, as the loop comes to
// them, and for keys alone not at all. The context is looked at before each step.
func (s *Store) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return s.scan(ctx, r, nil)
}

// ScanPrefix implements [kvdb.PrefixScanner]. The keys come in bytewise order.
func (s *Store) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		s.scan(ctx, kvdb.Range{Start: prefix}, prefix)(yield)
	}
}

func (s *Store) scan(ctx context.Context, r kvdb.Range, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		x, err := s.begin(ctx, opScan, false)
		if err != nil {
			yield(kvdb.Entry{}, err)
			return
		}
		defer func() { _ = x.end(opScan) }() // a loop that breaks has no use for it
		x.scan(ctx, r, prefix)(yield)
	}
}

func (x *session) scan(ctx context.Context, r kvdb.Range, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		c := &cursor{session: x, rng: r, prefix: prefix}
		defer func() { _ = c.end(opScan) }()
		for left := r.Limit; ; {
			more, err := c.next(ctx)
			if err != nil {
				yield(kvdb.Entry{}, err)
				return
			}
			if !more || !yield(kvdb.Entry{Key: c.key, Value: c.value}, nil) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// A cursor goes over the entries of a range. The loop's body is the caller's and may
// write, or call Close, which takes the iterator away; so each step is one into the
// guard, and copies the entry.
type cursor struct {
	session    *session
	rng        kvdb.Range
	prefix     []byte
	it         *badger.Iterator // nil before the first step and after close
	writes     int              // of the session when the iterator was made
	key, value []byte
}

// next goes to the next entry. It returns false at the end.
func (c *cursor) next(ctx context.Context) (more bool, err error) {
	err = c.session.step(ctx, opScan, func() (err error) {
		more, err = c.advance()
		return err
	})
	return more && err == nil, err
}

func (c *cursor) advance() (bool, error) {
	switch {
	case c.rng.Limit < 0:
		return false, &kvdb.Error{Op: opScan, Kind: kvdb.ErrInvalidArgument, Err: errNegativeLimit}
	case len(c.rng.End) > 0 && bytes.Compare(c.rng.Start, c.rng.End) >= 0:
		return false, nil
	case c.it == nil:
		c.open()
		c.first()
	case c.writes != c.session.writes: // an iterator does not see what is written later
		c.close()
		c.open()
		c.after()
	default:
		c.it.Next()
	}
	if !c.it.Valid() {
		return false, nil
	}
	it := c.it.Item()
	if !c.holds(it.Key()) {
		return false, nil
	}
	c.key = append(c.key[:0], it.Key()...)
	if c.rng.KeysOnly {
		return true, nil
	}
	if c.value == nil {
		c.value = empty
	}
	return true, readValue(it, func(value []byte) { c.value = append(c.value[:0], value...) })
}

func (c *cursor) open() {
	// Fetching values ahead takes a goroutine for each entry, and reads what a loop that
	// breaks does not need.
	opts := badger.IteratorOptions{Reverse: c.rng.Reverse, Prefix: c.prefix}
	c.it = c.session.txn.NewIterator(opts)
	c.writes = c.session.writes
	c.session.cursors[c] = struct{}{}
}

// first goes to the first entry that may be in the range.
func (c *cursor) first() {
	if c.rng.Reverse {
		c.seekBelow(c.rng.End)
		return
	}
	c.it.Seek(c.rng.Start)
}

// after goes to the entry after the last one.
func (c *cursor) after() {
	if c.rng.Reverse {
		c.seekBelow(c.key)
		return
	}
	c.it.Seek(append(c.key, 0))
}

// seekBelow goes to the last entry whose key is below a bound, which is open if it is
// empty.
func (c *cursor) seekBelow(bound []byte) {
	c.it.Seek(bound)
	if len(bound) > 0 && c.it.Valid() && bytes.Equal(c.it.Item().Key(), bound) {
		c.it.Next()
	}
}

// holds reports whether a key, up to which all were in the range, is, too.
func (c *cursor) holds(key []byte) bool {
	if c.rng.Reverse {
		return bytes.Compare(key, c.rng.Start) >= 0
	}
	return len(c.rng.End) == 0 || bytes.Compare(key, c.rng.End) < 0
}

// end closes the iterator, unless Close or the end of the session has.
func (c *cursor) end(op string) error {
	return c.session.step(context.Background(), op, func() error {
		c.close()
		return nil
	})
}

// close is end inside the guard. It may be called twice.
func (c *cursor) close() {
	if c.it != nil {
		c.it.Close()
		c.it = nil
	}
	delete(c.session.cursors, c)
}
