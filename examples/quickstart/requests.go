package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A request is one thing that users do.
type request struct {
	name       string
	share      int // of all requests, in percent
	operations int // on the store, when all goes well
	do         func(*shop, context.Context) error
}

var requests = []request{
	{catalog.Browse, 60, 3, (*shop).browse},
	{catalog.Search, 8, 1, (*shop).search},
	{catalog.AddToCart, 15, 3, (*shop).addToCart},
	{catalog.LogIn, 8, 1, (*shop).logIn},
	{catalog.LogOut, 3, 1, (*shop).logOut},
	{catalog.CheckOut, 4, 2, (*shop).checkOut},
	{catalog.Restock, 2, 1, (*shop).restock},
}

// pick chooses a request by its share.
func pick() request {
	n := rand.N(100)
	for _, r := range requests {
		if n -= r.share; n < 0 {
			return r
		}
	}
	return requests[0]
}

func (s *shop) browse(ctx context.Context) error {
	if _, err := s.get(ctx, s.session(popular(users))); err != nil {
		return err
	}
	for range 2 {
		if _, err := s.get(ctx, s.product(popular(products))); err != nil {
			return err
		}
	}
	return nil
}

// search shows some products: neighbours, as they are in a store that scans.
func (s *shop) search(ctx context.Context) (err error) {
	defer func() { s.count(err) }()
	first, most := rand.N(products), 5+rand.N(20)
	if s.scanner == nil {
		var found [][]byte
		for n := first; n < min(first+most, products); n++ {
			found = append(found, s.product(n))
		}
		_, err := s.many.GetMany(ctx, found)
		return err
	}
	r := kvdb.Range{Start: s.product(first), End: s.productsEnd(), Limit: most}
	for _, err := range s.scanner.Scan(ctx, r) {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) addToCart(ctx context.Context) error {
	user := popular(users)
	if _, err := s.get(ctx, s.session(user)); err != nil {
		return err
	}
	cart, err := s.get(ctx, s.cart(user))
	if err != nil {
		return err
	}
	const full = 4000
	if len(cart) > full {
		cart = nil
	}
	return s.put(ctx, s.cart(user), append(cart, value(40, 120)...))
}

func (s *shop) logIn(ctx context.Context) error {
	return s.put(ctx, s.session(popular(users)), value(120, 400))
}

func (s *shop) logOut(ctx context.Context) (err error) {
	defer func() { s.count(err) }()
	return s.store.Delete(ctx, s.session(popular(users)))
}

// checkOut turns a cart into an order, and drops the order that is one too many:
// all in one batch, so all or nothing.
func (s *shop) checkOut(ctx context.Context) error {
	user := popular(users)
	cart, err := s.get(ctx, s.cart(user))
	if err != nil {
		return err
	}
	number := s.order.Add(1)
	muts := []kvdb.Mutation{
		{Key: s.keys.order(number), Value: append(cart, value(200, 600)...)},
		{Key: s.cart(user), Delete: true},
	}
	if number > kept {
		muts = append(muts, kvdb.Mutation{Key: s.keys.order(number - kept), Delete: true})
	}
	if s.scanner == nil {
		muts = append(muts, kvdb.Mutation{Key: s.lastOrder(), Value: strconv.AppendInt(nil, number, 10)})
	}
	if err := s.apply(ctx, muts); err != nil {
		return err
	}
	s.placed.Add(1)
	return nil
}

func (s *shop) restock(ctx context.Context) error {
	muts := make([]kvdb.Mutation, basket)
	for i := range muts {
		muts[i] = kvdb.Mutation{Key: s.product(popular(products)), Value: productValue()}
	}
	return s.apply(ctx, muts)
}

// get reads a value; one that is absent is nil and no error.
func (s *shop) get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := s.store.Get(ctx, key)
	s.count(err)
	if errors.Is(err, kvdb.ErrNotFound) {
		return nil, nil
	}
	return value, err
}

func (s *shop) put(ctx context.Context, key, value []byte) error {
	err := s.store.Put(ctx, key, value)
	s.count(err)
	return err
}

func (s *shop) apply(ctx context.Context, muts []kvdb.Mutation) error {
	err := s.batcher.Apply(ctx, muts)
	s.count(err)
	return err
}
