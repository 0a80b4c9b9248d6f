package main

import (
	"sync/atomic"

	"github.com/cockroachdb/crlib/fifo"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
)

// maxBlockLoads is how many blocks Pebble reads from its files at a time. How large one
// is does not show before, and a value is in one block.
const maxBlockLoads = 2

// pebbleOptions bound the memory of Pebble. What is flushed is not compressed, but what
// is compacted later: that would be one more copy of a large value, while it is written.
func pebbleOptions(has capacity, work *background) *pebble.Options {
	o := &pebble.Options{
		CacheSize:     int64(has.cache),
		MaxOpenFiles:  has.files,
		LoadBlockSema: fifo.NewSemaphore(maxBlockLoads),
		EventListener: work.listener(),
	}
	o.Levels[0].Compression = func() *sstable.CompressionProfile { return sstable.NoCompression }
	o.Levels[1].Compression = func() *sstable.CompressionProfile { return sstable.SnappyCompression }
	return o
}

// background is what an engine does besides what it is asked for. The zero value is of
// one that does nothing.
type background struct{ compactions atomic.Int64 } // of veryHeavy bytes or more

func (b *background) busy() bool { return b.compactions.Load() > 0 }

func (b *background) listener() *pebble.EventListener {
	count := func(info pebble.CompactionInfo, n int64) {
		if inputs(info) >= veryHeavy {
			b.compactions.Add(n)
		}
	}
	return &pebble.EventListener{
		CompactionBegin: func(info pebble.CompactionInfo) { count(info, 1) },
		CompactionEnd:   func(info pebble.CompactionInfo) { count(info, -1) },
	}
}

// inputs returns how many bytes a compaction reads, at its begin and at its end.
func inputs(info pebble.CompactionInfo) (bytes uint64) {
	for _, level := range info.Input {
		for _, table := range level.Tables {
			bytes += table.Size
		}
	}
	return bytes
}
