package kvtest

import (
	"context"
	"iter"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A flawed is an engine of which some methods are replaced.
type flawed struct {
	*engine

	get          func(ctx context.Context, key []byte) ([]byte, error)
	put          func(ctx context.Context, key, value []byte) error
	delete       func(ctx context.Context, key []byte) error
	close        func() error
	appendGet    func(ctx context.Context, dst, key []byte) ([]byte, error)
	exists       func(ctx context.Context, key []byte) (bool, error)
	getSized     func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error)
	getManySized func(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error)
	apply        func(ctx context.Context, muts []kvdb.Mutation) error
	getMany      func(ctx context.Context, keys [][]byte) ([][]byte, error)
	scan         func(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error]
	prefix       func(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error]
	view         func(ctx context.Context, fn func(kvdb.Reader) error) error
	update       func(ctx context.Context, fn func(kvdb.Txn) error) error
	swap         func(ctx context.Context, key, old, new []byte) (bool, error)
	putTTL       func(ctx context.Context, key, value []byte, ttl time.Duration) error
	getTTL       func(ctx context.Context, key []byte) (time.Duration, error)
	ping         func(ctx context.Context) error
	describe     func() kvdb.Info
	lag          func(ctx context.Context) (map[string]time.Duration, error)
	infos        func() []kvdb.StatInfo
	stats        func(ctx context.Context, dst []float64) ([]float64, error)
	pool         func(ctx context.Context) (kvdb.PoolStats, error)
	notices      func(ctx context.Context) iter.Seq[kvdb.Notice]
}

// either returns flaw, or sound where there is none.
func either[F any](isNil bool, flaw, sound F) F {
	if isNil {
		return sound
	}
	return flaw
}

func (f flawed) Get(ctx context.Context, key []byte) ([]byte, error) {
	return either(f.get == nil, f.get, f.engine.Get)(ctx, key)
}

func (f flawed) Put(ctx context.Context, key, value []byte) error {
	return either(f.put == nil, f.put, f.engine.Put)(ctx, key, value)
}

func (f flawed) Delete(ctx context.Context, key []byte) error {
	return either(f.delete == nil, f.delete, f.engine.Delete)(ctx, key)
}

func (f flawed) Close() error { return either(f.close == nil, f.close, f.engine.Close)() }

func (f flawed) AppendGet(ctx context.Context, dst, key []byte) ([]byte, error) {
	return either(f.appendGet == nil, f.appendGet, f.engine.AppendGet)(ctx, dst, key)
}

func (f flawed) Exists(ctx context.Context, key []byte) (bool, error) {
	return either(f.exists == nil, f.exists, f.engine.Exists)(ctx, key)
}

func (f flawed) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	return either(f.getSized == nil, f.getSized, f.engine.GetSized)(ctx, key, room)
}

func (f flawed) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	return either(f.getManySized == nil, f.getManySized, f.engine.GetManySized)(ctx, keys, room)
}

func (f flawed) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	return either(f.apply == nil, f.apply, f.engine.Apply)(ctx, muts)
}

func (f flawed) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	return either(f.getMany == nil, f.getMany, f.engine.GetMany)(ctx, keys)
}

func (f flawed) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return either(f.scan == nil, f.scan, f.engine.Scan)(ctx, r)
}

func (f flawed) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return either(f.prefix == nil, f.prefix, f.engine.ScanPrefix)(ctx, prefix)
}

func (f flawed) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	return either(f.view == nil, f.view, f.engine.View)(ctx, fn)
}

func (f flawed) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	return either(f.update == nil, f.update, f.engine.Update)(ctx, fn)
}

func (f flawed) CompareAndSwap(ctx context.Context, key, old, new []byte) (bool, error) {
	return either(f.swap == nil, f.swap, f.engine.CompareAndSwap)(ctx, key, old, new)
}

func (f flawed) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	return either(f.putTTL == nil, f.putTTL, f.engine.PutTTL)(ctx, key, value, ttl)
}

func (f flawed) GetTTL(ctx context.Context, key []byte) (time.Duration, error) {
	return either(f.getTTL == nil, f.getTTL, f.engine.GetTTL)(ctx, key)
}

func (f flawed) Ping(ctx context.Context) error {
	return either(f.ping == nil, f.ping, f.engine.Ping)(ctx)
}

func (f flawed) Describe() kvdb.Info {
	return either(f.describe == nil, f.describe, f.engine.Describe)()
}

func (f flawed) ReplicationLag(ctx context.Context) (map[string]time.Duration, error) {
	return either(f.lag == nil, f.lag, f.engine.ReplicationLag)(ctx)
}

func (f flawed) StatInfos() []kvdb.StatInfo {
	return either(f.infos == nil, f.infos, f.engine.StatInfos)()
}

func (f flawed) PoolStats(ctx context.Context) (kvdb.PoolStats, error) {
	return either(f.pool == nil, f.pool, f.engine.PoolStats)(ctx)
}

func (f flawed) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	return either(f.stats == nil, f.stats, f.engine.AppendStats)(ctx, dst)
}

func (f flawed) Notices(ctx context.Context) iter.Seq[kvdb.Notice] {
	return either(f.notices == nil, f.notices, f.engine.Notices)(ctx)
}
