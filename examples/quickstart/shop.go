package main

import (
	"errors"
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

	keys
	capabilities
	order atomic.Int64 // the last number given
}

// counts is what the shop has seen of its store.
type counts struct {
	operations, errors atomic.Int64
	placed             atomic.Int64 // orders that were acknowledged
}

func (c *counts) count(err error) {
	c.operations.Add(1)
	if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
		c.errors.Add(1)
	}
}

// newShop opens a shop whose last order has a number; 0 is none.
func newShop(store kvdb.Store, k keys, lastOrder int64) (*shop, error) {
	has, err := newCapabilities(store)
	if err != nil {
		return nil, err
	}
	s := &shop{keys: k, capabilities: has}
	s.order.Store(lastOrder)
	return s, nil
}

// capabilities are a store with what not every one has.
type capabilities struct {
	store   kvdb.Store
	batcher kvdb.Batcher
	scanner kvdb.Scanner     // nil for one whose keys have no order, or
	many    kvdb.MultiGetter // for that
}

func newCapabilities(store kvdb.Store) (c capabilities, err error) {
	c.store = store
	var batches, gets bool
	c.batcher, batches = kvdb.As[kvdb.Batcher](store)
	c.scanner, _ = kvdb.As[kvdb.Scanner](store)
	c.many, gets = kvdb.As[kvdb.MultiGetter](store)
	if !batches || c.scanner == nil && !gets {
		return c, errors.New("the shop needs a store with batches, and with scans or gets of many keys")
	}
	return c, nil
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
