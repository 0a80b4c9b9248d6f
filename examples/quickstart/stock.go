package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/otelkv/otelkv/kvdb"
)

// stock puts the products and the sessions of most users into a store that is
// empty, and returns the number of the last order in one that is not.
func stock(ctx context.Context, store kvdb.Store) (lastOrder int64, err error) {
	scanner, batcher, err := capabilities(store)
	if err != nil {
		return 0, err
	}
	empty, err := isEmpty(ctx, scanner)
	if err == nil && empty {
		err = fill(ctx, batcher)
	}
	if err == nil {
		lastOrder, err = findLastOrder(ctx, scanner)
	}
	if err != nil {
		return 0, fmt.Errorf("cannot stock the shop: %w", err)
	}
	return lastOrder, nil
}

func isEmpty(ctx context.Context, scanner kvdb.Scanner) (bool, error) {
	for _, err := range scanner.Scan(ctx, kvdb.Range{Limit: 1}) {
		return false, err
	}
	return true, nil
}

func fill(ctx context.Context, batcher kvdb.Batcher) error {
	var muts []kvdb.Mutation
	for n := range products {
		muts = append(muts, kvdb.Mutation{Key: productKey(n), Value: productValue()})
	}
	for n := range users {
		if rand.Float64() < 0.7 {
			muts = append(muts, kvdb.Mutation{Key: sessionKey(n), Value: value(120, 400)})
		}
	}
	const batch = 500
	for len(muts) > 0 {
		n := min(batch, len(muts))
		if err := batcher.Apply(ctx, muts[:n]); err != nil {
			return err
		}
		muts = muts[n:]
	}
	return nil
}

func findLastOrder(ctx context.Context, scanner kvdb.Scanner) (int64, error) {
	r := kvdb.Range{Start: orderPrefix, End: []byte("order;"), Limit: 1, Reverse: true}
	for entry, err := range scanner.Scan(ctx, r) {
		if err != nil {
			return 0, err
		}
		return strconv.ParseInt(string(bytes.TrimPrefix(entry.Key, orderPrefix)), 10, 64)
	}
	return 0, nil
}
