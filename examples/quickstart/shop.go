package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

// What the shop keeps. Few of the keys get most of the traffic.
const (
	users    = 20_000
	products = 2_000
	basket   = 4      // products of a delivery
	kept     = 50_000 // orders; older ones go
)

// A shop is what uses the store: the sessions and carts of users, products,
// and orders, which are numbered. It is safe for concurrent use.
type shop struct {
	counts

	store   kvdb.Store
	batcher kvdb.Batcher
	scanner kvdb.Scanner
	order   atomic.Int64 // the last number given
}

// counts is what the shop has seen of its store.
type counts struct {
	operations, errors atomic.Int64
	orders             atomic.Int64 // acknowledged ones
}

func (c *counts) count(err error) {
	c.operations.Add(1)
	if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
		c.errors.Add(1)
	}
}

// newShop opens a shop whose last order has a number; 0 is none.
func newShop(store kvdb.Store, lastOrder int64) (*shop, error) {
	s := &shop{store: store}
	s.order.Store(lastOrder)
	var err error
	s.scanner, s.batcher, err = capabilities(store)
	return s, err
}

// capabilities asks for what not every store has.
func capabilities(store kvdb.Store) (kvdb.Scanner, kvdb.Batcher, error) {
	scanner, scans := kvdb.As[kvdb.Scanner](store)
	batcher, batches := kvdb.As[kvdb.Batcher](store)
	if !scans || !batches {
		return nil, nil, errors.New("the shop needs a store with scans and batches")
	}
	return scanner, batcher, nil
}

var orderPrefix = []byte("order:")

func sessionKey(user int) []byte    { return fmt.Appendf(nil, "session:%06d", user) }
func cartKey(user int) []byte       { return fmt.Appendf(nil, "cart:%06d", user) }
func productKey(product int) []byte { return fmt.Appendf(nil, "product:%05d", product) }
func orderKey(order int64) []byte {
	return fmt.Appendf(orderPrefix[:len(orderPrefix):len(orderPrefix)], "%012d", order)
}

// popular picks one of n so that a hundredth of them gets a third of the picks.
func popular(n int) int { return int(float64(n) * math.Pow(rand.Float64(), 4)) }

// noise is where values come from: like real ones, it cannot be compressed to
// nothing.
var noise = func() []byte {
	b := make([]byte, 128<<10)
	for i := range b {
		b[i] = "0123456789abcdef"[rand.N(16)]
	}
	return b
}()

// value returns from min to max bytes. They belong to noise.
func value(min, max int) []byte {
	n := min + rand.N(max-min+1)
	from := rand.N(len(noise) - n + 1)
	return noise[from : from+n]
}

// productValue returns 64 bytes to 64 KiB, most of them short: half have less
// than 400 bytes.
func productValue() []byte {
	n := int(64 * math.Pow(2, 10*math.Pow(rand.Float64(), 2)))
	return value(n, n)
}
