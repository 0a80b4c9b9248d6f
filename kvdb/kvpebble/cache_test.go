package kvpebble_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// A server reads some keys again and again while it writes others: they stay in
// the default cache, and memtables of whatever size leave it alone.
func TestDefaultCache(t *testing.T) {
	for name, engine := range map[string]*pebble.Options{
		"no options":       nil,
		"larger memtables": {MemTableSize: 16 << 20, MemTableStopWritesThreshold: 4},
	} {
		t.Run(name, func(t *testing.T) {
			if share := hitsOfOneKey(t, engine); share < 0.99 {
				t.Errorf("%.4f of the blocks were in the cache, want 0.99 or more", share)
			}
		})
	}
	t.Run("the user's", func(t *testing.T) {
		if share := hitsOfOneKey(t, &pebble.Options{CacheSize: 1 << 20}); share > 0.1 {
			t.Errorf("with a cache of 1 MB %.4f of the blocks were in it: it is not the user's", share)
		}
	})
}

// hitsOfOneKey reads a key 5,000 times after 40 MB of writes and returns the
// share of blocks that were in the cache.
func hitsOfOneKey(t *testing.T, engine *pebble.Options) float64 {
	t.Helper()
	s := open(t, t.TempDir(), &kvpebble.OpenOptions{NoSync: true, Pebble: engine})
	put(t, s, "hot", "1")
	value := bytes.Repeat([]byte("0123456789abcdef"), 64)
	for i := range 40 << 10 {
		if err := s.Put(t.Context(), fmt.Appendf(nil, "key-%06d", i), value); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := readStats(t, s)
	for range 5000 {
		wantValue(t, s, "hot", "1")
	}
	after, _ := readStats(t, s)
	hits := after["kvdb.engine.cache.hits"] - before["kvdb.engine.cache.hits"]
	misses := after["kvdb.engine.cache.misses"] - before["kvdb.engine.cache.misses"]
	if hits+misses == 0 {
		t.Skip("the key is still in a memtable") // which is larger than all that was written
	}
	t.Logf("%v hits, %v misses", hits, misses)
	return hits / (hits + misses)
}
