package instrument

import (
	"context"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

type batcher struct {
	*observer
	next kvdb.Batcher
}

func (b batcher) Apply(ctx context.Context, muts []kvdb.Mutation) (err error) {
	if len(muts) == 0 {
		return b.next.Apply(ctx, muts)
	}
	kind, key, sent := describeBatch(muts)
	var op op
	if len(muts) == 1 {
		ctx, err = op.begin(ctx, b.observer, kind, sent)
	} else {
		ctx, err = op.beginBatch(ctx, b.observer, kind, sent, len(muts))
	}
	defer func() { op.end(ctx, key, 0, err) }()
	return b.next.Apply(ctx, muts)
}

// describeBatch returns the operation that a batch is by the semantic
// conventions, and the bytes that it sends. A batch of one is the plain
// operation, with its key.
func describeBatch(muts []kvdb.Mutation) (kind record.Operation, key []byte, sent int) {
	puts := 0
	for i := range muts {
		sent += len(muts[i].Key)
		if !muts[i].Delete {
			puts++
			sent += len(muts[i].Value)
		}
	}
	switch {
	case len(muts) == 1 && puts == 1:
		return record.OpPut, muts[0].Key, sent
	case len(muts) == 1:
		return record.OpDelete, muts[0].Key, sent
	case puts == len(muts):
		return record.OpBatchPut, nil, sent
	case puts == 0:
		return record.OpBatchDelete, nil, sent
	default:
		return record.OpBatch, nil, sent
	}
}

type multiGetter struct {
	*observer
	next kvdb.MultiGetter
}

func (m multiGetter) GetMany(ctx context.Context, keys [][]byte) (values [][]byte, err error) {
	switch len(keys) {
	case 0:
		return m.next.GetMany(ctx, keys)
	case 1:
		return m.getOne(ctx, keys)
	}
	var op op
	ctx, err = op.beginBatch(ctx, m.observer, record.OpBatchGet, size(keys), len(keys))
	defer func() { op.end(ctx, nil, size(values), err) }()
	return m.next.GetMany(ctx, keys)
}

// getOne records a batch of one key as the get that it is, a miss included.
func (m multiGetter) getOne(ctx context.Context, keys [][]byte) (values [][]byte, err error) {
	var op op
	ctx, err = op.begin(ctx, m.observer, record.OpGet, size(keys))
	defer func() {
		outcome := err
		if err == nil && len(values) == 1 && values[0] == nil {
			outcome = kvdb.ErrNotFound
		}
		op.end(ctx, keys[0], size(values), outcome)
	}()
	return m.next.GetMany(ctx, keys)
}

func size(slices [][]byte) int {
	n := 0
	for _, s := range slices {
		n += len(s)
	}
	return n
}
