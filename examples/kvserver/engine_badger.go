package main

import "github.com/dgraph-io/badger/v4"

const (
	// badgerWaiting is how many tables wait for the flush of another one before writes
	// wait, too. With the one that is written to there are two more in memory.
	badgerWaiting = 1

	// leastBadgerMemory leaves a table of 1 MiB. Badger ends with one that is much smaller,
	// and a transaction has to take a value that is not apart.
	leastBadgerMemory = 16 << 20

	// mostBadgerTable is the size of Badger's own tables.
	mostBadgerTable = 64 << 20
)

// divideBadger gives three tables three quarters. Of a table 15 % is what a transaction
// takes, and so what MULTI and MSET can write at once, without values that are apart: 1.2 MB
// in some 14,000 writes with a memory of 128 MiB.
func divideBadger(memory int) (cache, table int) {
	return memory / 4, min(memory/4, mostBadgerTable)
}

// badgerOptions bound the memory of Badger. Large values are kept apart from their keys, as
// with Pebble.
func badgerOptions(has capacity) *badger.Options {
	o := badger.DefaultOptions("").
		WithBlockCacheSize(int64(has.cache)).
		WithMemTableSize(int64(has.table)).
		WithNumMemtables(badgerWaiting).
		WithValueThreshold(leastApart).
		WithVerifyValueChecksum(true).
		WithMetricsEnabled(false)
	return &o
}
