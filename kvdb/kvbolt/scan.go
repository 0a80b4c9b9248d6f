package kvbolt

import (
	"context"
	"errors"
	"iter"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

var errNegativeLimit = errors.New("the limit is negative")

// A source is what reads are made from: the store, with a transaction for each
// step, or one transaction.
type source interface {
	// check returns why a step cannot be taken.
	check(ctx context.Context, op string) error

	// read takes a step: it calls fn with the bucket, which is good until fn
	// returns.
	read(ctx context.Context, op string, fn func(*bolt.Bucket) error) error

	// version changes when the caller has written to the source.
	version() int
}

func scan(ctx context.Context, src source, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		c := cursor{src: src, rest: r}
		for {
			entry, more, err := c.next(ctx)
			if err != nil {
				yield(kvdb.Entry{}, err)
				return
			}
			if !more || !yield(entry, nil) {
				return
			}
			if r.Limit > 0 {
				if c.rest.Limit--; c.rest.Limit == 0 {
					return
				}
			}
		}
	}
}

// A cursor reads the entries of a range, page after page.
type cursor struct {
	src     source
	rest    kvdb.Range // what is not read yet
	bound   []byte     // the one of rest that moves
	page    page
	at      int // the next entry of page
	version int // of src when page was read
}

// next returns the next entry, or false at the end.
func (c *cursor) next(ctx context.Context) (e kvdb.Entry, more bool, err error) {
	stale := c.version != c.src.version()
	if stale || c.at == len(c.page.entries) && !c.page.last {
		err = c.turn(ctx, stale)
	} else {
		err = c.src.check(ctx, opScan)
	}
	if err != nil || c.at == len(c.page.entries) {
		return e, false, err
	}
	c.at++
	return c.page.entries[c.at-1], true, nil
}

// turn reads the page after the entry that was returned last.
func (c *cursor) turn(ctx context.Context, stale bool) error {
	if c.at > 0 {
		c.bound = append(c.bound[:0], c.page.entries[c.at-1].Key...)
		if c.rest.Reverse {
			c.rest.End = c.bound
		} else {
			c.bound = append(c.bound, 0) // the key that follows
			c.rest.Start = c.bound
		}
	}
	if stale {
		c.page.size = 0
	}
	c.version, c.at = c.src.version(), 0
	return c.src.read(ctx, opScan, func(b *bolt.Bucket) error {
		if c.rest.Limit < 0 {
			return &kvdb.Error{Op: opScan, Kind: kvdb.ErrInvalidArgument, Err: errNegativeLimit}
		}
		c.page.fill(b, c.rest)
		return nil
	})
}

// Limits of a page. Smaller ones cost more transactions, larger ones make
// writers wait and read what a loop that breaks does not need. So the first
// page is small and the following ones double.
const (
	firstPage = 16
	maxPage   = 1024
	pageBytes = 256 << 10 // or one entry
)

// A page holds copies of consecutive entries.
type page struct {
	entries []kvdb.Entry
	memory  []byte
	size    int  // the most entries
	last    bool // nothing of the range follows
}

// fill reads the beginning of r, or its end if it is reversed.
func (p *page) fill(b *bolt.Bucket, r kvdb.Range) {
	p.size = min(max(2*p.size, firstPage), maxPage)
	size := p.size
	if r.Limit > 0 {
		size = min(size, r.Limit)
	}
	p.entries, p.memory, p.last = p.entries[:0], p.memory[:0], false
	w := walk{cursor: b.Cursor(), r: r}
	held := 0
	for key, value := w.first(); key != nil; key, value = w.next() {
		if value == nil {
			continue // a nested bucket
		}
		if r.KeysOnly {
			value = nil
		}
		held += len(key) + len(value)
		if n := len(p.entries); n == size || n > 0 && held > pageBytes {
			return
		}
		p.add(key, value)
	}
	p.last = true
}

// add copies an entry. A nil value is left out.
func (p *page) add(key, value []byte) {
	if need := len(key) + len(value); need > cap(p.memory)-len(p.memory) {
		// The entries before stay where they are.
		p.memory = make([]byte, 0, max(need, 2*cap(p.memory), 1<<10))
	}
	k := len(p.memory)
	v := k + len(key)
	p.memory = append(append(p.memory, key...), value...)
	end := len(p.memory)
	e := kvdb.Entry{Key: p.memory[k:v:v]}
	if value != nil {
		e.Value = p.memory[v:end:end]
	}
	p.entries = append(p.entries, e)
}
