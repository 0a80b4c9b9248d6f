package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

var (
	here, there, nowhere = []byte("exercise:a"), []byte("exercise:b"), []byte("exercise:c")
	value                = []byte("value")
)

// exercise calls every operation that a store of package kvdb's memory kind
// has: single reads that hit and miss, single writes, batches of each sort,
// scans, transactions, swaps that match and do not, and a ping. It leaves the
// keys here and there behind.
func exercise(ctx context.Context, s kvdb.Store) error {
	e := exerciser{ctx: ctx, store: s}
	e.try(s.Put(ctx, here, value))
	e.try(s.Put(ctx, there, value))
	e.try(s.Delete(ctx, nowhere))
	e.reads()
	e.batches()
	e.scans()
	e.transactions()
	if p, ok := kvdb.As[kvdb.Pinger](s); ok {
		e.try(p.Ping(ctx))
	}
	return errors.Join(e.errs...)
}

type exerciser struct {
	ctx   context.Context
	store kvdb.Store
	errs  []error
}

func (e *exerciser) try(err error) {
	if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
		e.errs = append(e.errs, err)
	}
}

func (e *exerciser) reads() {
	for _, key := range [][]byte{here, nowhere} {
		_, err := e.store.Get(e.ctx, key)
		e.try(err)
	}
	if a, ok := kvdb.As[kvdb.Appender](e.store); ok {
		_, err := a.AppendGet(e.ctx, nil, here)
		e.try(err)
	}
	if x, ok := kvdb.As[kvdb.Exister](e.store); ok {
		for _, key := range [][]byte{here, nowhere} {
			_, err := x.Exists(e.ctx, key)
			e.try(err)
		}
	}
	anyRoom := func(size int) []byte { return make([]byte, 0, size) }
	if g, ok := kvdb.As[kvdb.SizedGetter](e.store); ok {
		_, err := g.GetSized(e.ctx, here, anyRoom)
		e.try(err)
	}
	if m, ok := kvdb.As[kvdb.SizedMultiGetter](e.store); ok {
		_, err := m.GetManySized(e.ctx, [][]byte{here, nowhere}, anyRoom)
		e.try(err)
	}
	if m, ok := kvdb.As[kvdb.MultiGetter](e.store); ok {
		_, err := m.GetMany(e.ctx, [][]byte{here, nowhere})
		e.try(err)
	}
}

func (e *exerciser) batches() {
	b, ok := kvdb.As[kvdb.Batcher](e.store)
	if !ok {
		return
	}
	put := func(key []byte) kvdb.Mutation { return kvdb.Mutation{Key: key, Value: value} }
	del := func(key []byte) kvdb.Mutation { return kvdb.Mutation{Key: key, Delete: true} }
	for _, muts := range [][]kvdb.Mutation{
		{put(here)},
		{del(nowhere)},
		{put(here), put(there)},
		{del(nowhere), del(nowhere)},
		{put(here), del(nowhere)},
	} {
		e.try(b.Apply(e.ctx, muts))
	}
}

func (e *exerciser) scans() {
	if s, ok := kvdb.As[kvdb.Scanner](e.store); ok {
		for _, err := range s.Scan(e.ctx, kvdb.Range{}) {
			e.try(err)
		}
	}
	if s, ok := kvdb.As[kvdb.PrefixScanner](e.store); ok {
		for _, err := range s.ScanPrefix(e.ctx, here[:1]) {
			e.try(err)
		}
	}
}

func (e *exerciser) transactions() {
	if v, ok := kvdb.As[kvdb.Viewer](e.store); ok {
		e.try(v.View(e.ctx, func(r kvdb.Reader) error {
			_, err := r.Get(e.ctx, here)
			return err
		}))
	}
	if u, ok := kvdb.As[kvdb.Updater](e.store); ok {
		e.try(u.Update(e.ctx, func(t kvdb.Txn) error { return t.Put(e.ctx, here, value) }))
	}
	if s, ok := kvdb.As[kvdb.Swapper](e.store); ok {
		for _, old := range [][]byte{value, []byte("another")} {
			_, err := s.CompareAndSwap(e.ctx, here, old, value)
			e.try(err)
		}
	}
	if g, ok := kvdb.As[kvdb.TTLGetter](e.store); ok {
		_, err := g.GetTTL(e.ctx, here)
		e.try(err)
	}
	if p, ok := kvdb.As[kvdb.TTLPutter](e.store); ok {
		e.try(p.PutTTL(e.ctx, here, value, time.Hour))
	}
}

// misuse calls the operations that every store has in two ways that fail, so
// that what is kept of failures is there too.
func misuse(ctx context.Context, s kvdb.Store) error {
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range calls {
		if err := c.do(canceled, s); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s with a cancelled context: %w", c.name, err)
		}
	}
	for name, err := range map[string]error{
		"put":    s.Put(ctx, nil, value),
		"delete": s.Delete(ctx, nil),
	} {
		if !errors.Is(err, kvdb.ErrInvalidArgument) {
			return fmt.Errorf("%s of an empty key: %w", name, err)
		}
	}
	return nil
}

// together calls do from n goroutines that are all alive at the same time.
func together(n int, do func() error) error {
	var ready, done sync.WaitGroup
	errs := make([]error, n)
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			errs[i] = do()
		})
	}
	done.Wait()
	return errors.Join(errs...)
}
