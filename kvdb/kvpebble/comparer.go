package kvpebble

import (
	"bytes"
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// probes are keys in bytewise order of which other orders put some elsewhere:
// all of up to three of these letters.
var probes = func() (keys [][]byte) {
	letters := []byte{0, '1', '9', '@', 'a', 0xff}
	var longer func(key []byte)
	longer = func(key []byte) {
		if len(key) > 0 {
			keys = append(keys, key)
		}
		for _, l := range letters {
			if len(key) < 3 {
				longer(append(bytes.Clone(key), l))
			}
		}
	}
	longer(nil)
	return keys
}()

// isBytewise reports whether a comparer has the order of bytes. One that panics
// over keys that are not of its own kind has not.
func isBytewise(c *pebble.Comparer) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	c = c.EnsureDefaults()
	for i, a := range probes {
		for k, b := range probes {
			if order := c.Compare(a, b); (order < 0) != (i < k) || (order == 0) != (i == k) {
				return false
			}
		}
	}
	return true
}

// hasBytewiseOrder is isBytewise for a handle, which does not tell its
// comparer: a batch that is never committed is in its order. A handle that is
// closed has any.
func hasBytewiseOrder(db *pebble.DB) (has bool) {
	defer func() {
		if r := recover(); r != nil {
			err, _ := r.(error)
			has = errors.Is(err, pebble.ErrClosed)
		}
	}()
	b := db.NewIndexedBatch()
	defer func() { _ = b.Close() }()
	for _, key := range probes {
		if b.Set(key, nil, nil) != nil {
			return false
		}
	}
	it, err := b.NewBatchOnlyIter(context.Background(), nil)
	if err != nil {
		return false
	}
	i := 0
	for valid := it.First(); valid; valid = it.Next() {
		if i == len(probes) || !bytes.Equal(it.Key(), probes[i]) {
			break
		}
		i++
	}
	has = i == len(probes) && !it.Valid()
	return it.Close() == nil && has
}
