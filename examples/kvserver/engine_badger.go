package main

import "github.com/dgraph-io/badger/v4"

const (
	// badgerTable is the size of a memory table. Of it 15 % is what a transaction takes, and
	// so what MULTI and MSET can write at once, without values that are apart.
	badgerTable = 16 << 20

	// badgerTables may wait for a flush before writes wait, too.
	badgerTables = 2
)

// badgerOptions bound the memory of Badger. Large values are kept apart from their keys, as
// with Pebble.
func badgerOptions(has capacity) *badger.Options {
	o := badger.DefaultOptions("").
		WithBlockCacheSize(int64(has.cache)).
		WithMemTableSize(badgerTable).
		WithNumMemtables(badgerTables).
		WithValueThreshold(leastApart).
		WithVerifyValueChecksum(true).
		WithMetricsEnabled(false)
	return &o
}
