package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/otelkv/otelkv/kvdb"
)

// stock puts the sessions of most users and the products into a store that does not have
// them all, and returns the number of the last order.
func stock(ctx context.Context, store kvdb.Store, k keys) (lastOrder int64, err error) {
	has, err := newCapabilities(store)
	if err != nil {
		return 0, err
	}
	switch _, err = store.Get(ctx, k.product(0)); {
	case errors.Is(err, kvdb.ErrNotFound):
		err = k.fill(ctx, has.batcher)
	case err == nil && has.scanner != nil:
		lastOrder, err = k.findLastOrder(ctx, has.scanner)
	case err == nil:
		lastOrder, err = k.followOrders(ctx, has)
	}
	if err != nil {
		return 0, fmt.Errorf("cannot stock the shop: %w", err)
	}
	return lastOrder, nil
}

// fill ends with product 0, by which one knows that all is there.
func (k keys) fill(ctx context.Context, batcher kvdb.Batcher) error {
	var muts []kvdb.Mutation
	for n := range users {
		if rand.Float64() < 0.7 {
			muts = append(muts, kvdb.Mutation{Key: k.session(n), Value: value(120, 400)})
		}
	}
	for n := range products {
		muts = append(muts, kvdb.Mutation{Key: k.product(products - 1 - n), Value: productValue()})
	}
	const batch = 50 // of some hundred kilobytes, which engines take that bound a transaction by a table in memory
	for len(muts) > 0 {
		n := min(batch, len(muts))
		if err := batcher.Apply(ctx, muts[:n]); err != nil {
			return err
		}
		muts = muts[n:]
	}
	return nil
}

func (k keys) findLastOrder(ctx context.Context, scanner kvdb.Scanner) (int64, error) {
	start, end := k.orders()
	for entry, err := range scanner.Scan(ctx, kvdb.Range{Start: start, End: end, Limit: 1, Reverse: true}) {
		if err != nil {
			return 0, err
		}
		return strconv.ParseInt(string(bytes.TrimPrefix(entry.Key, start)), 10, 64)
	}
	return 0, nil
}

// followOrders begins at the order that was noted last, behind which there are those that were
// placed at the same time.
func (k keys) followOrders(ctx context.Context, has capabilities) (last int64, err error) {
	noted, err := has.store.Get(ctx, k.lastOrder())
	if errors.Is(err, kvdb.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if last, err = strconv.ParseInt(string(noted), 10, 64); err != nil {
		return 0, err
	}
	for {
		next := make([][]byte, atOnce)
		for i := range next {
			next[i] = k.order(last + 1 + int64(i))
		}
		orders, err := has.many.GetMany(ctx, next)
		if err != nil {
			return 0, err
		}
		found := len(orders)
		for found > 0 && orders[found-1] == nil {
			found--
		}
		if found == 0 {
			return last, nil
		}
		last += int64(found)
	}
}
