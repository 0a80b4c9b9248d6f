// Package database keeps the databases of a Redis server apart in one store, by
// the keys under which it stores theirs.
//
// Database 0 stores its keys as they are, which costs nothing, and leaves a store
// readable that was written without databases. The others put two bytes before
// theirs: 0xff, which no text in UTF-8 begins with, and their number. What would
// look like that in database 0, or is empty, which engines do not store, gets 0xff
// and 0. So the keys of each database are neighbours in the order of the store, and
// those of one that begin alike are, too.
package database

import "bytes"

// Count is how many databases there are.
const Count = 16

// Overhead is how many bytes a stored key can be longer than the key.
const Overhead = 2

// mark is the first byte of keys that are not stored as they are.
const mark = 0xff

// An Index names a database: 0 to Count-1.
type Index uint8

// Plain reports whether the database stores the key as it is.
func (i Index) Plain(key []byte) bool {
	return i == 0 && len(key) > 0 && key[0] != mark
}

// Append appends to dst what a key is stored under.
func (i Index) Append(dst, key []byte) []byte {
	if !i.Plain(key) {
		dst = append(dst, mark, byte(i))
	}
	return append(dst, key...)
}

// Key returns the key of what it is stored under, in the same memory.
func (i Index) Key(stored []byte) []byte {
	if i.Plain(stored) || len(stored) < Overhead {
		return stored
	}
	return stored[Overhead:]
}

// Bounds returns the range in which the keys of the database lie that begin with
// prefix: the first and the one behind the last. Nil is open.
func (i Index) Bounds(prefix []byte) (start, end []byte) {
	if i == 0 && len(prefix) == 0 {
		return nil, []byte{mark, 1}
	}
	start = i.Append(nil, prefix)
	return start, successor(start)
}

// successor returns the first key behind all that begin with prefix, nil when
// there is none.
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}
