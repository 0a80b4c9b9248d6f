package kvpebble

import (
	"cmp"

	"github.com/cockroachdb/pebble/v2"
)

// DefaultCacheSize is how many bytes of blocks [Open] caches, unless Cache or
// CacheSize of [OpenOptions].Pebble says otherwise. The memory is taken as blocks
// are read. Pebble's own default, 8 MB, is what its memtables reserve of the
// cache under load, so that nothing is left for blocks.
const DefaultCacheSize = 64 << 20

// Defaults of Pebble.
const (
	pebbleMemTableSize = 4 << 20
	pebbleMemTables    = 2 // that stop writes
)

// setCache makes the default cache larger by what memtables reserve of it: as
// many as may wait to be flushed, and the one that is written.
func setCache(p *pebble.Options) {
	if p.Cache != nil || p.CacheSize != 0 {
		return
	}
	size := cmp.Or(p.MemTableSize, pebbleMemTableSize)
	tables := cmp.Or(p.MemTableStopWritesThreshold, pebbleMemTables)
	p.CacheSize = DefaultCacheSize + int64(size)*int64(tables+1)
}
