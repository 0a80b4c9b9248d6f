package kvbolt

import (
	"bytes"
	"context"
	"errors"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

var errDisorder = errors.New("the file is damaged: its keys are out of order")

// Verify reads every key and value of the bucket. An error that matches
// kvdb.ErrCorruption means that what is there cannot be read, or is not in order.
// bbolt keeps no checksums of its pages, so a value that was changed is not
// noticed, and neither is a transaction that is missing as a whole.
//
// It takes as long as reading the file, and holds a read transaction meanwhile,
// so that writes make the file grow. It ends early when ctx is done.
func (s *Store) Verify(ctx context.Context) error {
	return s.read(ctx, opVerify, func(b *bolt.Bucket) error {
		var last []byte
		var sum byte
		n := 0
		for c, key, value := first(b); key != nil; key, value = c.Next() {
			if n++; n%1000 == 0 {
				if err := kvdb.CheckContext(ctx, opVerify); err != nil {
					return err
				}
			}
			if last != nil && bytes.Compare(last, key) >= 0 {
				return &kvdb.Error{Op: opVerify, Kind: kvdb.ErrCorruption, Err: errDisorder}
			}
			last = append(last[:0], key...)
			for _, v := range value { // so that each page of it is read
				sum ^= v
			}
		}
		_ = sum
		return nil
	})
}

func first(b *bolt.Bucket) (c *bolt.Cursor, key, value []byte) {
	c = b.Cursor()
	key, value = c.First()
	return c, key, value
}
