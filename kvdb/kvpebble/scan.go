package kvpebble

import (
	"bytes"
	"context"
	"errors"
	"iter"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/kvdb"
)

var errNegativeLimit = errors.New("the limit is negative")

// Scan implements [kvdb.Scanner]. It yields the state of the store at the
// moment it is ranged over. The context is looked at before each step. For keys
// alone no value is copied, but Pebble reads the blocks that the keys are in, with
// the values that it has not put elsewhere.
func (s *Store) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return s.scan(ctx, s.engine(), r)
}

// ScanPrefix implements [kvdb.PrefixScanner]. The keys come in bytewise order.
func (s *Store) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		s.scan(ctx, s.engine(), kvdb.Range{Start: prefix, End: prefixEnd(prefix)})(yield)
	}
}

// prefixEnd returns the first key above all that begin with prefix, or nil
// when there is none.
func prefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

func (s *Store) scan(ctx context.Context, src pebble.Reader, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		c := cursor{store: s, reverse: r.Reverse, keysOnly: r.KeysOnly}
		more, err := c.open(ctx, src, r)
		if c.it != nil {
			// For a loop that breaks or panics. What the iterator says then is of
			// no use to anybody.
			defer func() { _ = c.close() }()
		}
		for left := r.Limit; more && err == nil; {
			if !yield(kvdb.Entry{Key: c.key, Value: c.value}, nil) {
				return
			}
			if left--; left == 0 {
				break
			}
			more, err = c.next(ctx)
		}
		if cerr := c.close(); err == nil {
			err = cerr
		}
		if err != nil {
			yield(kvdb.Entry{}, err)
		}
	}
}

// A cursor is an iterator that enters the guard for each step only, because
// the body of the loop is the caller's and may call Close. Close then takes the
// iterator away, so a step copies the entry out of it.
type cursor struct {
	store    *Store
	it       *pebble.Iterator // nil before open and after close
	reverse  bool
	keysOnly bool

	key, value []byte
}

// open makes the iterator and goes to the first entry. It returns false at the
// end.
func (c *cursor) open(ctx context.Context, src pebble.Reader, r kvdb.Range) (more bool, err error) {
	in, err := c.store.enter(ctx, opScan)
	if err != nil {
		return false, err
	}
	defer c.store.leave(in, opScan, &err)
	if r.Limit < 0 {
		return false, &kvdb.Error{Op: opScan, Kind: kvdb.ErrInvalidArgument, Err: errNegativeLimit}
	}
	// An open bound is nil for Pebble, and never empty.
	var opts pebble.IterOptions
	if len(r.Start) > 0 {
		opts.LowerBound = r.Start
	}
	if len(r.End) > 0 {
		if bytes.Compare(r.Start, r.End) >= 0 {
			return false, nil
		}
		opts.UpperBound = r.End
	}
	it, err := src.NewIterWithContext(ctx, &opts)
	if err != nil {
		return false, wrap(opScan, err)
	}
	c.it = it
	c.store.lend(it)
	if c.reverse {
		return c.read(it.Last())
	}
	return c.read(it.First())
}

// next goes to the next entry. It returns false at the end.
func (c *cursor) next(ctx context.Context) (more bool, err error) {
	in, err := c.store.enter(ctx, opScan)
	if err != nil {
		return false, err
	}
	defer c.store.leave(in, opScan, &err)
	if c.reverse {
		return c.read(c.it.Prev())
	}
	return c.read(c.it.Next())
}

// read copies the entry at the iterator's position.
func (c *cursor) read(valid bool) (bool, error) {
	if !valid {
		return false, wrap(opScan, c.it.Error())
	}
	c.key = append(c.key[:0], c.it.Key()...)
	if c.keysOnly {
		return true, nil
	}
	value, err := c.it.ValueAndErr()
	if err != nil {
		return false, wrap(opScan, err)
	}
	c.value = append(c.value[:0], value...)
	if c.value == nil {
		c.value = empty
	}
	return true, nil
}

// close releases the iterator, unless Close has. It may be called twice.
func (c *cursor) close() (err error) {
	it := c.it
	c.it = nil
	if it == nil {
		return nil
	}
	in := c.store.guard.enter()
	if in == nil {
		return nil
	}
	defer c.store.leave(in, opScan, &err)
	return wrap(opScan, c.store.takeBack(it))
}
