package kvtest

import (
	"context"
	"iter"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// As sets target to a counting view of a capability that the store below has.
func (t *Tally) As(target any) bool {
	switch target := target.(type) {
	case *kvdb.Appender:
		return tallied(t, target, func(c kvdb.Appender) kvdb.Appender { return tallyAppender{t, c} })
	case *kvdb.Batcher:
		return tallied(t, target, func(c kvdb.Batcher) kvdb.Batcher { return tallyBatcher{t, c} })
	case *kvdb.Exister:
		return tallied(t, target, func(c kvdb.Exister) kvdb.Exister { return tallyExister{t, c} })
	case *kvdb.MultiGetter:
		return tallied(t, target, func(c kvdb.MultiGetter) kvdb.MultiGetter { return tallyMultiGetter{t, c} })
	case *kvdb.Pinger:
		return tallied(t, target, func(c kvdb.Pinger) kvdb.Pinger { return tallyPinger{t, c} })
	case *kvdb.PrefixScanner:
		return tallied(t, target, func(c kvdb.PrefixScanner) kvdb.PrefixScanner { return tallyPrefixScanner{t, c} })
	case *kvdb.Scanner:
		return tallied(t, target, func(c kvdb.Scanner) kvdb.Scanner { return tallyScanner{t, c} })
	case *kvdb.SizedGetter:
		return tallied(t, target, func(c kvdb.SizedGetter) kvdb.SizedGetter { return tallySizedGetter{t, c} })
	case *kvdb.SizedMultiGetter:
		return tallied(t, target, func(c kvdb.SizedMultiGetter) kvdb.SizedMultiGetter { return tallySizedMultiGetter{t, c} })
	case *kvdb.Swapper:
		return tallied(t, target, func(c kvdb.Swapper) kvdb.Swapper { return tallySwapper{t, c} })
	case *kvdb.TTLGetter:
		return tallied(t, target, func(c kvdb.TTLGetter) kvdb.TTLGetter { return tallyTTLGetter{t, c} })
	case *kvdb.TTLPutter:
		return tallied(t, target, func(c kvdb.TTLPutter) kvdb.TTLPutter { return tallyTTLPutter{t, c} })
	case *kvdb.Updater:
		return tallied(t, target, func(c kvdb.Updater) kvdb.Updater { return tallyUpdater{t, c} })
	case *kvdb.Viewer:
		return tallied(t, target, func(c kvdb.Viewer) kvdb.Viewer { return tallyViewer{t, c} })
	case *kvdb.Describer:
		return pass(t.next, target)
	case *kvdb.Lagger:
		return pass(t.next, target)
	case *kvdb.StatsReader:
		return pass(t.next, target)
	case *kvdb.PoolReader:
		return pass(t.next, target)
	case *kvdb.Notifier:
		return pass(t.next, target)
	}
	return false
}

func tallied[C any](t *Tally, target *C, view func(C) C) bool {
	ok := pass(t.next, target)
	if ok {
		*target = view(*target)
	}
	return ok
}

type tallyAppender struct {
	tally *Tally
	next  kvdb.Appender
}

func (a tallyAppender) AppendGet(ctx context.Context, dst, key []byte) (value []byte, err error) {
	a.tally.count("get", func() string {
		value, err = a.next.AppendGet(ctx, dst, key)
		return readOutcome(err)
	})
	return value, err
}

type tallyExister struct {
	tally *Tally
	next  kvdb.Exister
}

func (e tallyExister) Exists(ctx context.Context, key []byte) (found bool, err error) {
	e.tally.count("get", func() string {
		found, err = e.next.Exists(ctx, key)
		if err == nil && !found {
			return outcomeMiss
		}
		return outcome(err)
	})
	return found, err
}

type tallyBatcher struct {
	tally *Tally
	next  kvdb.Batcher
}

func (b tallyBatcher) Apply(ctx context.Context, muts []kvdb.Mutation) (err error) {
	if len(muts) == 0 {
		return b.next.Apply(ctx, muts)
	}
	b.tally.count(batchOperation(muts), func() string {
		err = b.next.Apply(ctx, muts)
		return outcome(err)
	})
	return err
}

func batchOperation(muts []kvdb.Mutation) string {
	operation := "put"
	if muts[0].Delete {
		operation = "delete"
	}
	if len(muts) == 1 {
		return operation
	}
	for _, m := range muts {
		if m.Delete != muts[0].Delete {
			return "BATCH"
		}
	}
	return "BATCH " + operation
}

type tallyMultiGetter struct {
	tally *Tally
	next  kvdb.MultiGetter
}

func (g tallyMultiGetter) GetMany(ctx context.Context, keys [][]byte) (values [][]byte, err error) {
	if len(keys) == 0 {
		return g.next.GetMany(ctx, keys)
	}
	operation := "BATCH get"
	if len(keys) == 1 {
		operation = "get"
	}
	g.tally.count(operation, func() string {
		values, err = g.next.GetMany(ctx, keys)
		if err == nil && len(keys) == 1 && len(values) == 1 && values[0] == nil {
			return outcomeMiss
		}
		return outcome(err)
	})
	return values, err
}

type tallySizedGetter struct {
	tally *Tally
	next  kvdb.SizedGetter
}

func (g tallySizedGetter) GetSized(ctx context.Context, key []byte, room kvdb.Room) (value []byte, err error) {
	g.tally.count("get", func() string {
		value, err = g.next.GetSized(ctx, key, room)
		return readOutcome(err)
	})
	return value, err
}

type tallySizedMultiGetter struct {
	tally *Tally
	next  kvdb.SizedMultiGetter
}

func (g tallySizedMultiGetter) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) (values [][]byte, err error) {
	sized := tallyMultiGetter{g.tally, many(func(ctx context.Context, keys [][]byte) ([][]byte, error) {
		return g.next.GetManySized(ctx, keys, room)
	})}
	return sized.GetMany(ctx, keys)
}

// many is a MultiGetter.
type many func(ctx context.Context, keys [][]byte) ([][]byte, error)

func (m many) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) { return m(ctx, keys) }

type tallyPinger struct {
	tally *Tally
	next  kvdb.Pinger
}

func (p tallyPinger) Ping(ctx context.Context) (err error) {
	p.tally.count("ping", func() string {
		err = p.next.Ping(ctx)
		return outcome(err)
	})
	return err
}

type tallySwapper struct {
	tally *Tally
	next  kvdb.Swapper
}

func (s tallySwapper) CompareAndSwap(ctx context.Context, key, old, new []byte) (swapped bool, err error) {
	s.tally.count("compare_and_swap", func() string {
		swapped, err = s.next.CompareAndSwap(ctx, key, old, new)
		if err == nil && !swapped {
			return outcomeMiss
		}
		return outcome(err)
	})
	return swapped, err
}

type tallyTTLGetter struct {
	tally *Tally
	next  kvdb.TTLGetter
}

func (g tallyTTLGetter) GetTTL(ctx context.Context, key []byte) (ttl time.Duration, err error) {
	g.tally.count("get", func() string {
		ttl, err = g.next.GetTTL(ctx, key)
		return readOutcome(err)
	})
	return ttl, err
}

type tallyTTLPutter struct {
	tally *Tally
	next  kvdb.TTLPutter
}

func (p tallyTTLPutter) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) (err error) {
	p.tally.count("put", func() string {
		err = p.next.PutTTL(ctx, key, value, ttl)
		return outcome(err)
	})
	return err
}

type tallyScanner struct {
	tally *Tally
	next  kvdb.Scanner
}

func (s tallyScanner) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return s.tally.scan(s.next.Scan(ctx, r))
}

type tallyPrefixScanner struct {
	tally *Tally
	next  kvdb.PrefixScanner
}

func (s tallyPrefixScanner) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return s.tally.scan(s.next.ScanPrefix(ctx, prefix))
}

func (t *Tally) scan(entries iter.Seq2[kvdb.Entry, error]) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		t.count("scan", func() string {
			var last error
			for e, err := range entries {
				last = err
				if !yield(e, err) {
					break
				}
			}
			return outcome(last)
		})
	}
}
