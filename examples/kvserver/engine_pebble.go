package main

import (
	"github.com/cockroachdb/crlib/fifo"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
)

// maxBlockLoads is how many blocks Pebble reads from its files at a time. How large one
// is does not show before, and a value is in one block.
const maxBlockLoads = 2

// pebbleOptions bound the memory of Pebble. What is flushed is not compressed, but what
// is compacted later: that would be one more copy of a large value, while it is written.
func pebbleOptions(has capacity) *pebble.Options {
	o := &pebble.Options{
		CacheSize:     int64(has.cache),
		MaxOpenFiles:  has.files,
		LoadBlockSema: fifo.NewSemaphore(maxBlockLoads),
	}
	o.Levels[0].Compression = func() *sstable.CompressionProfile { return sstable.NoCompression }
	o.Levels[1].Compression = func() *sstable.CompressionProfile { return sstable.SnappyCompression }
	return o
}
