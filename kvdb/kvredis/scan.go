package kvredis

import (
	"bytes"
	"context"
	"hash/maphash"
	"iter"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
)

// scanPage is how many keys the server looks at in one step: some tenths of a millisecond
// in which it does nothing else.
const scanPage = 500

// ScanPrefix implements [kvdb.PrefixScanner] with SCAN, in no order, and an MGET for the
// values of each page. The server looks at every key of its database, whatever the prefix is. A
// key that is there from the first step to the last is yielded exactly once, as long as one process
// answers; one that comes or goes meanwhile is yielded or not. A scan that goes on with another process, after a
// restart or a fail-over, can miss keys without an error, as the place where it is means nothing
// there; so can one of a cluster while slots move between nodes. No key is yielded twice. As the server may name a key twice, the loop
// remembers 16 bytes of each that it has seen, some 40 MB for a million. In a cluster, one primary comes
// after the other. Keys of other types than strings are left out.
func (s *Store) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		nodes, err := s.scanned(ctx)
		if err != nil {
			yield(kvdb.Entry{}, err)
			return
		}
		w := walk{store: s, ctx: ctx, match: pattern(prefix), prefix: prefix, seen: newSeen()}
		for _, node := range nodes {
			if !w.over(node, yield) {
				return
			}
		}
	}
}

// scanned returns what has to be scanned: the server, or the primaries of the cluster.
func (s *Store) scanned(ctx context.Context) (nodes []redis.Cmdable, err error) {
	if err := s.enter(ctx, opScan); err != nil {
		return nil, err
	}
	defer s.guard.leave()
	if s.nodes == nil {
		return []redis.Cmdable{s.client}, nil
	}
	var mu sync.Mutex
	err = s.nodes.ForEachMaster(ctx, func(_ context.Context, node *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		nodes = append(nodes, node)
		return nil
	})
	return nodes, s.wrap(ctx, opScan, err)
}

// A walk is one loop over a scan.
type walk struct {
	store  *Store
	ctx    context.Context //nolint:containedctx // it lives as long as the loop
	match  string
	prefix []byte
	seen   *seen
}

// over yields what a node has, and returns false when the loop is over.
func (w *walk) over(node redis.Cmdable, yield func(kvdb.Entry, error) bool) bool {
	for cursor := uint64(0); ; {
		entries, next, err := w.page(node, cursor)
		if err != nil {
			yield(kvdb.Entry{}, err)
			return false
		}
		for _, e := range entries {
			if err := w.store.refuse(w.ctx, opScan, nil); err != nil {
				yield(kvdb.Entry{}, err)
				return false
			}
			if !yield(e, nil) {
				return false
			}
		}
		if cursor = next; cursor == 0 {
			return true
		}
	}
}

// page reads the entries at a cursor that were not yielded yet.
func (w *walk) page(node redis.Cmdable, cursor uint64) (entries []kvdb.Entry, next uint64, err error) {
	s := w.store
	if err := s.enter(w.ctx, opScan); err != nil {
		return nil, 0, err
	}
	defer s.guard.leave()
	keys, next, err := node.ScanType(w.ctx, cursor, w.match, scanPage, "string").Result()
	if err != nil {
		return nil, 0, s.wrapNode(w.ctx, opScan, err)
	}
	fresh := keys[:0]
	for _, key := range keys {
		if w.seen.first(key) {
			fresh = append(fresh, key)
		}
	}
	values, err := s.many(w.ctx, fresh)
	if err != nil {
		return nil, 0, s.wrap(w.ctx, opScan, err)
	}
	for i, key := range fresh {
		if values[i] != nil && bytes.HasPrefix([]byte(key), w.prefix) {
			entries = append(entries, kvdb.Entry{Key: []byte(key), Value: values[i]})
		}
	}
	return entries, next, nil
}

// pattern matches what begins with a prefix.
func pattern(prefix []byte) string {
	p := make([]byte, 0, len(prefix)+8)
	for _, b := range prefix {
		switch b {
		case '*', '?', '[', ']', '\\':
			p = append(p, '\\')
		}
		p = append(p, b)
	}
	return string(append(p, '*'))
}

// A seen remembers keys by two hashes of 64 bits: that two of a million million keys have
// the same ones is less likely than a fault of the memory.
type seen struct {
	seeds [2]maphash.Seed
	keys  map[[2]uint64]struct{}
}

func newSeen() *seen {
	return &seen{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, make(map[[2]uint64]struct{})}
}

// first reports whether a key has not been seen before.
func (s *seen) first(key string) bool {
	sum := [2]uint64{maphash.String(s.seeds[0], key), maphash.String(s.seeds[1], key)}
	if _, twice := s.keys[sum]; twice {
		return false
	}
	s.keys[sum] = struct{}{}
	return true
}
