package fault

import (
	"context"
	"iter"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

type appender struct {
	*Store
	next kvdb.Appender
}

func (a appender) AppendGet(ctx context.Context, dst, key []byte) ([]byte, error) {
	if err := a.strike(ctx, "get"); err != nil {
		return dst, err
	}
	return a.next.AppendGet(ctx, dst, key)
}

type exister struct {
	*Store
	next kvdb.Exister
}

func (e exister) Exists(ctx context.Context, key []byte) (bool, error) {
	if err := e.strike(ctx, "get"); err != nil {
		return false, err
	}
	return e.next.Exists(ctx, key)
}

type multiGetter struct {
	*Store
	next kvdb.MultiGetter
}

func (m multiGetter) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	if err := m.strike(ctx, "get"); err != nil {
		return nil, err
	}
	return m.next.GetMany(ctx, keys)
}

type sizedGetter struct {
	*Store
	next kvdb.SizedGetter
}

func (g sizedGetter) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	if err := g.strike(ctx, "get"); err != nil {
		return nil, err
	}
	return g.next.GetSized(ctx, key, room)
}

type sizedMultiGetter struct {
	*Store
	next kvdb.SizedMultiGetter
}

func (m sizedMultiGetter) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	if err := m.strike(ctx, "get"); err != nil {
		return nil, err
	}
	return m.next.GetManySized(ctx, keys, room)
}

type batcher struct {
	*Store
	next kvdb.Batcher
}

func (b batcher) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	if err := b.strike(ctx, "batch"); err != nil {
		return err
	}
	return b.next.Apply(ctx, muts)
}

type ttlGetter struct {
	*Store
	next kvdb.TTLGetter
}

func (g ttlGetter) GetTTL(ctx context.Context, key []byte) (time.Duration, error) {
	if err := g.strike(ctx, "get"); err != nil {
		return 0, err
	}
	return g.next.GetTTL(ctx, key)
}

type ttlPutter struct {
	*Store
	next kvdb.TTLPutter
}

func (p ttlPutter) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	if err := p.strike(ctx, "put"); err != nil {
		return err
	}
	return p.next.PutTTL(ctx, key, value, ttl)
}

type swapper struct {
	*Store
	next kvdb.Swapper
}

func (w swapper) CompareAndSwap(ctx context.Context, key, old, new []byte) (bool, error) {
	if err := w.strike(ctx, "compare_and_swap"); err != nil {
		return false, err
	}
	return w.next.CompareAndSwap(ctx, key, old, new)
}

type updater struct {
	*Store
	next kvdb.Updater
}

func (u updater) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	if err := u.strike(ctx, "update"); err != nil {
		return err
	}
	return u.next.Update(ctx, fn)
}

type viewer struct {
	*Store
	next kvdb.Viewer
}

func (v viewer) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	if err := v.strike(ctx, "view"); err != nil {
		return err
	}
	return v.next.View(ctx, fn)
}

type pinger struct {
	*Store
	next kvdb.Pinger
}

// Ping hangs while a fault says so, whatever its context does: so does a system call.
func (p pinger) Ping(ctx context.Context) error {
	if on := p.on.Load(); on != nil && on.Kind == Unknown {
		<-on.ended
	}
	if err := p.strike(ctx, "ping"); err != nil {
		return err
	}
	return p.next.Ping(ctx)
}

type scanner struct {
	*Store
	next kvdb.Scanner
}

func (c scanner) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return c.scan(ctx, c.next.Scan(ctx, r))
}

type prefixScanner struct {
	*Store
	next kvdb.PrefixScanner
}

func (c prefixScanner) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return c.scan(ctx, c.next.ScanPrefix(ctx, prefix))
}

// scan strikes when the result is ranged over, for nothing happens before.
func (s *Store) scan(ctx context.Context, entries iter.Seq2[kvdb.Entry, error]) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		if err := s.strike(ctx, "scan"); err != nil {
			yield(kvdb.Entry{}, err)
			return
		}
		entries(yield)
	}
}
