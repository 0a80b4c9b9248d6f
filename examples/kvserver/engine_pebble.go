package main

import (
	"time"

	"github.com/cockroachdb/crlib/fifo"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
)

// maxBlockLoads is how many blocks Pebble reads from its files at a time. How large one
// is does not show before, and a value is in one block.
const maxBlockLoads = 2

const (
	// leastApart is the size of the smallest value that Pebble keeps in a file apart from
	// its key: a compaction then moves the key alone, and does not have several copies of
	// the value, and a scan of keys does not read it. To find it takes one more read, which
	// is little beside that of so many bytes.
	leastApart = 64 << 10

	// maxApart is how many such files a table may refer to before a compaction brings their
	// values together, with copies of each. That would make scans of small values read
	// fewer places; a large value is in a block of its own anyway.
	maxApart = 1000

	// maxGarbage is the share of what is in these files and deleted before they are written
	// anew, one value after the other and never sooner than rewriteAfter.
	maxGarbage   = 0.5
	rewriteAfter = 5 * time.Minute
)

// mostPebbleTable is the size of Pebble's own tables. There are four at most
// (fault.OpenPebble).
const mostPebbleTable = 4 << 20

// dividePebble gives four tables one half.
func dividePebble(memory int) (cache, table int) {
	return memory / 2, min(memory/8, mostPebbleTable)
}

// pebbleOptions bound the memory of Pebble. What is flushed is not compressed, but what
// is compacted later: that would be one more copy of a large value, while it is written.
func pebbleOptions(has capacity) *pebble.Options {
	o := &pebble.Options{
		CacheSize:     int64(has.cache),
		MemTableSize:  uint64(has.table),
		MaxOpenFiles:  has.files,
		LoadBlockSema: fifo.NewSemaphore(maxBlockLoads),

		FormatMajorVersion: pebble.FormatValueSeparation,
	}
	o.Experimental.ValueSeparationPolicy = func() pebble.ValueSeparationPolicy {
		return pebble.ValueSeparationPolicy{
			Enabled: true, MinimumSize: leastApart, MaxBlobReferenceDepth: maxApart,
			TargetGarbageRatio: maxGarbage, RewriteMinimumAge: rewriteAfter,
		}
	}
	o.Levels[0].Compression = func() *sstable.CompressionProfile { return sstable.NoCompression }
	o.Levels[1].Compression = func() *sstable.CompressionProfile { return sstable.SnappyCompression }
	return o
}
