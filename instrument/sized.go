package instrument

import (
	"context"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

type sizedGetter struct {
	*observer
	next kvdb.SizedGetter
}

// GetSized counts a value that the caller has no room for as ok: the store did its part.
func (g sizedGetter) GetSized(ctx context.Context, key []byte, room kvdb.Room) (value []byte, err error) {
	var op op
	ctx, err = op.begin(ctx, g.observer, record.OpGet, len(key))
	defer func() { op.end(ctx, key, len(value), err) }()
	return g.next.GetSized(ctx, key, room)
}

type sizedMultiGetter struct {
	*observer
	next kvdb.SizedMultiGetter
}

// GetManySized counts as items the keys that are answered when the caller has no room for
// one: it asks for the others again.
func (m sizedMultiGetter) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) (values [][]byte, err error) {
	switch len(keys) {
	case 0:
		return m.next.GetManySized(ctx, keys, room)
	case 1:
		return m.getOneSized(ctx, keys, room)
	}
	op := op{items: len(keys)}
	ctx, err = op.begin(ctx, m.observer, record.OpBatchGet, size(keys))
	defer func() {
		items := len(keys)
		if err == nil {
			items = len(values)
		}
		op.count(items)
		op.end(ctx, nil, size(values), err)
	}()
	return m.next.GetManySized(ctx, keys, room)
}

// getOneSized records a batch of one key as the get that it is, a miss included.
func (m sizedMultiGetter) getOneSized(ctx context.Context, keys [][]byte, room kvdb.Room) (values [][]byte, err error) {
	var op op
	ctx, err = op.begin(ctx, m.observer, record.OpGet, size(keys))
	defer func() {
		outcome := err
		if err == nil && len(values) == 1 && values[0] == nil {
			outcome = kvdb.ErrNotFound
		}
		op.end(ctx, keys[0], size(values), outcome)
	}()
	return m.next.GetManySized(ctx, keys, room)
}
