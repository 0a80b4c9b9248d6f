package main

import (
	"context"
	"iter"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
	"github.com/otelkv/otelkv/kvdb"
)

// A backend is the store of an engine with its capabilities, which are looked up
// once; those that it lacks are nil.
type backend struct {
	name      string // of the engine
	store     kvdb.Store
	batcher   kvdb.Batcher
	exister   kvdb.Exister
	scanner   kvdb.Scanner
	sized     kvdb.SizedGetter
	sizedMany kvdb.SizedMultiGetter
	swapper   kvdb.Swapper
	ttlGetter kvdb.TTLGetter
	ttlPutter kvdb.TTLPutter

	remote     bool          // others write to it as well
	resolution time.Duration // of times to live
}

func newBackend(store kvdb.Store, name string) *backend {
	b := &backend{name: name, store: store}
	b.batcher, _ = kvdb.As[kvdb.Batcher](store)
	b.exister, _ = kvdb.As[kvdb.Exister](store)
	b.scanner, _ = kvdb.As[kvdb.Scanner](store)
	b.sized, _ = kvdb.As[kvdb.SizedGetter](store)
	b.sizedMany, _ = kvdb.As[kvdb.SizedMultiGetter](store)
	b.swapper, _ = kvdb.As[kvdb.Swapper](store)
	b.ttlGetter, _ = kvdb.As[kvdb.TTLGetter](store)
	b.ttlPutter, _ = kvdb.As[kvdb.TTLPutter](store)
	if d, ok := kvdb.As[kvdb.Describer](store); ok {
		info := d.Describe()
		b.remote, b.resolution = info.Remote, info.TTLResolution
	}
	return b
}

// takesTTLs reports whether keys expire in the engine.
func (b *backend) takesTTLs() bool { return b.ttlPutter != nil }

// keepsTTLs reports whether a write can leave a key the time that it has, which is read
// before: in a remote engine others may change it meanwhile. Where no key has one, it can.
func (b *backend) keepsTTLs() bool { return !b.hidesTTLs() && (b.ttlGetter == nil || !b.remote) }

// hidesTTLs reports whether keys expire in the engine, and it does not tell when.
func (b *backend) hidesTTLs() bool { return b.ttlPutter != nil && b.ttlGetter == nil }

// A db is one of the databases, as one client sees it. It is the only way to the
// engine, since the engine stores the keys of all databases side by side. Keys are
// the client's, but for those of scan. The scratch is that of one goroutine;
// database 0 hardly needs it.
type db struct {
	*backend
	index   database.Index
	longest int // key that is written
	scratch []byte
	wrote   bool // to be reset by whoever wants to know
}

// maxScratch is the longest stored key whose memory is kept for the next one.
const maxScratch = 4 << 10

// stored returns what a key is stored under, until the next call.
func (d *db) stored(key []byte) []byte {
	switch {
	case d.index.Plain(key):
		return key
	case len(key)+database.Overhead > maxScratch:
		return d.index.Append(make([]byte, 0, len(key)+database.Overhead), key)
	}
	d.scratch = d.index.Append(d.scratch[:0], key)
	return d.scratch
}

// impossible reports whether a key is longer than any that can be there, so that
// nobody need look for it: what it is stored under would be a copy. Keys that are
// stored as they are may be another program's.
func (d *db) impossible(key []byte) bool { return len(key) > d.longest && !d.index.Plain(key) }

// get returns the value under key in memory of room, nil if there is none. An engine
// that does not tell the size has copied the value before room is asked.
func (d *db) get(ctx context.Context, key []byte, room kvdb.Room) (value []byte, err error) {
	if d.impossible(key) {
		return nil, kvdb.ErrNotFound
	}
	if d.sized != nil {
		return d.sized.GetSized(ctx, d.stored(key), room)
	}
	if value, err = d.store.Get(ctx, d.stored(key)); err != nil {
		return nil, err
	}
	dst := room(len(value))
	if dst == nil {
		return nil, nil
	}
	return append(dst[:0], value...), nil
}

// exists reads the value only if the engine can look for it in no other way.
func (d *db) exists(ctx context.Context, key []byte) (found bool, err error) {
	if d.impossible(key) {
		return false, nil
	}
	if d.exister != nil {
		return d.exister.Exists(ctx, d.stored(key))
	}
	if _, err = d.get(ctx, key, noRoom); err == kvdb.ErrNotFound {
		return false, nil
	}
	return err == nil, err
}

// ttl returns how long the value under key stays, 0 for good. It is not for engines without
// such times.
func (d *db) ttl(ctx context.Context, key []byte) (ttl time.Duration, found bool, err error) {
	if d.impossible(key) {
		return 0, false, nil
	}
	ttl, err = d.ttlGetter.GetTTL(ctx, d.stored(key))
	if err == kvdb.ErrNotFound {
		return 0, false, nil
	}
	return ttl, err == nil, err
}

// noRoom is for reads that want no value.
func noRoom(int) []byte { return nil }

// getMany returns the values under keys, nil for absent ones, up to the first that
// there is no room for. It may return fewer, or none, if the copies of long keys would
// be large together.
func (d *db) getMany(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	size := 0
	for i, key := range keys {
		if d.index.Plain(key) {
			continue
		}
		if size += len(key); size > d.longest {
			keys = keys[:i]
			break
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return d.sizedMany.GetManySized(ctx, d.storedAll(keys), room)
}

func (d *db) put(ctx context.Context, key, value []byte) error {
	return d.done(d.store.Put(ctx, d.stored(key), value))
}

func (d *db) putTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	return d.done(d.ttlPutter.PutTTL(ctx, d.stored(key), value, ttl))
}

func (d *db) delete(ctx context.Context, key []byte) error {
	return d.done(d.store.Delete(ctx, d.stored(key)))
}

func (d *db) swap(ctx context.Context, key, old, new []byte) (swapped bool, err error) {
	swapped, err = d.swapper.CompareAndSwap(ctx, d.stored(key), old, new)
	d.wrote = d.wrote || swapped
	return swapped, err
}

func (d *db) apply(ctx context.Context, muts []kvdb.Mutation) error {
	return d.done(d.batcher.Apply(ctx, d.mutations(nil, muts)))
}

// done takes note of a write that has not failed.
func (d *db) done(err error) error {
	d.wrote = d.wrote || err == nil
	return err
}

// mutations appends to dst the mutations as the engine gets them, so that those of
// several databases can be applied at once. What it returns can be muts itself.
func (d *db) mutations(dst, muts []kvdb.Mutation) []kvdb.Mutation {
	plain, size := true, 0
	for i := range muts {
		plain = plain && d.index.Plain(muts[i].Key)
		size += len(muts[i].Key) + database.Overhead
	}
	switch {
	case plain && len(dst) == 0:
		return muts
	case plain:
		return append(dst, muts...)
	}
	all := make([]byte, 0, size)
	for _, m := range muts {
		from := len(all)
		all = d.index.Append(all, m.Key)
		m.Key = all[from:len(all):len(all)]
		dst = append(dst, m)
	}
	return dst
}

// storedAll returns what keys are stored under, which can be keys itself.
func (d *db) storedAll(keys [][]byte) [][]byte {
	plain, size := true, 0
	for _, key := range keys {
		plain = plain && d.index.Plain(key)
		size += len(key) + database.Overhead
	}
	if plain {
		return keys
	}
	all, stored := make([]byte, 0, size), make([][]byte, len(keys))
	for i, key := range keys {
		from := len(all)
		all = d.index.Append(all, key)
		stored[i] = all[from:len(all):len(all)]
	}
	return stored
}

// scan yields up to limit stored keys that begin with a prefix, those behind after
// unless that is nil. A limit of 0 is none. No command wants the values.
func (d *db) scan(ctx context.Context, prefix, after []byte, limit int) iter.Seq2[kvdb.Entry, error] {
	start, end := d.index.Bounds(prefix)
	r := kvdb.Range{Start: start, End: end, Limit: limit, KeysOnly: true}
	if behind := append(append(make([]byte, 0, len(after)+1), after...), 0); after != nil && string(behind) > string(start) {
		r.Start = behind
	}
	return d.scanner.Scan(ctx, r)
}
