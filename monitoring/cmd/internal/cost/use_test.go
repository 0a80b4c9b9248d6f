package cost_test

import (
	"context"
	"errors"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// uses makes each operation happen, on a store that has it.
var uses = map[catalog.Operation]func(context.Context, kvdb.Store) error{
	catalog.Get: func(ctx context.Context, s kvdb.Store) error {
		if _, err := s.Get(ctx, []byte("absent")); !errors.Is(err, kvdb.ErrNotFound) {
			return errors.Join(err, errors.New("an absent key is there"))
		}
		return nil
	},
	catalog.Put:    func(ctx context.Context, s kvdb.Store) error { return s.Put(ctx, key, value) },
	catalog.Delete: func(ctx context.Context, s kvdb.Store) error { return s.Delete(ctx, key) },
	catalog.Scan: func(ctx context.Context, s kvdb.Store) error {
		scanner, ok := kvdb.As[kvdb.PrefixScanner](s)
		if !ok {
			return errors.New("the store scans no prefixes")
		}
		for _, err := range scanner.ScanPrefix(ctx, nil) {
			return err
		}
		return nil
	},
	catalog.View: func(ctx context.Context, s kvdb.Store) error {
		viewer, _ := kvdb.As[kvdb.Viewer](s)
		return viewer.View(ctx, func(kvdb.Reader) error { return nil })
	},
	catalog.Update: func(ctx context.Context, s kvdb.Store) error {
		updater, _ := kvdb.As[kvdb.Updater](s)
		return updater.Update(ctx, func(kvdb.Txn) error { return nil })
	},
	catalog.CompareAndSwap: func(ctx context.Context, s kvdb.Store) error {
		swapper, _ := kvdb.As[kvdb.Swapper](s)
		_, err := swapper.CompareAndSwap(ctx, key, nil, value)
		return err
	},
	catalog.Ping: func(ctx context.Context, s kvdb.Store) error {
		pinger, _ := kvdb.As[kvdb.Pinger](s)
		return pinger.Ping(ctx)
	},
	catalog.BatchPut:    apply(kvdb.Mutation{Key: key, Value: value}, kvdb.Mutation{Key: other, Value: value}),
	catalog.BatchDelete: apply(kvdb.Mutation{Key: key, Delete: true}, kvdb.Mutation{Key: other, Delete: true}),
	catalog.Batch:       apply(kvdb.Mutation{Key: key, Value: value}, kvdb.Mutation{Key: other, Delete: true}),
	catalog.BatchGet: func(ctx context.Context, s kvdb.Store) error {
		getter, _ := kvdb.As[kvdb.MultiGetter](s)
		_, err := getter.GetMany(ctx, [][]byte{key, other})
		return err
	},
}

var key, other, value = []byte("key"), []byte("other"), []byte("value")

func apply(mutations ...kvdb.Mutation) func(context.Context, kvdb.Store) error {
	return func(ctx context.Context, s kvdb.Store) error {
		batcher, _ := kvdb.As[kvdb.Batcher](s)
		return batcher.Apply(ctx, mutations)
	}
}

// use makes operations happen that the store has.
func (p *program) use(operations []catalog.Operation) {
	p.t.Helper()
	has := kvdb.Capabilities(p.store)
	for _, o := range operations {
		if !o.Contract().In(has) {
			continue
		}
		use, ok := uses[o]
		if !ok {
			p.t.Fatalf("this test cannot %s", o)
		}
		if err := use(p.ctx, p.store); err != nil {
			p.t.Fatalf("%s: %v", o, err)
		}
	}
}

// Each operation of the catalogue can be made to happen.
func TestUses(t *testing.T) {
	for _, o := range catalog.Operations() {
		if uses[o] == nil {
			t.Errorf("there is no use of %s", o)
		}
	}
}
