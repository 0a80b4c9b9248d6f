package kvtest

import (
	"context"
	"iter"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// An engine is a Memory with the capabilities that Memory lacks, and limits.
type engine struct {
	*kvdb.Memory
	info  kvdb.Info
	reads atomic.Int64 // calls of Get
	board kvdb.NoticeBoard

	mu      sync.Mutex
	expires map[string]time.Time
}

func newEngine() *engine {
	info := kvdb.Info{System: "memory", Namespace: "test", TTLResolution: 5 * time.Millisecond}
	e := &engine{Memory: kvdb.NewMemory(nil), info: info, expires: map[string]time.Time{}}
	e.board.Post(kvdb.Notice{Name: kvdb.NoticeStatsMissing, Text: "the replicas are not counted: name them", Numbers: map[string]float64{"replicas": 2}})
	return e
}

func (e *engine) Describe() kvdb.Info { return e.info }

func (e *engine) Put(ctx context.Context, key, value []byte) error {
	if err := e.fits("put", key, value); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.expires, string(key))
	return e.Memory.Put(ctx, key, value)
}

func (e *engine) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	if ttl <= 0 {
		return &kvdb.Error{Op: "put", Kind: kvdb.ErrInvalidArgument}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.Memory.Put(ctx, key, value); err != nil {
		return err
	}
	e.expires[string(key)] = time.Now().Add(ttl)
	return nil
}

func (e *engine) GetTTL(ctx context.Context, key []byte) (time.Duration, error) {
	e.expire()
	if found, err := e.Memory.Exists(ctx, key); err != nil {
		return 0, err
	} else if !found {
		return 0, kvdb.ErrNotFound
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	at, ok := e.expires[string(key)]
	if !ok {
		return 0, nil
	}
	return max(1, time.Until(at)), nil
}

func (e *engine) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	for _, m := range muts {
		if err := e.fits("batch", m.Key, m.Value); err != nil {
			return err
		}
	}
	return e.Memory.Apply(ctx, muts)
}

func (e *engine) Get(ctx context.Context, key []byte) ([]byte, error) {
	e.reads.Add(1)
	e.expire()
	return e.Memory.Get(ctx, key)
}

func (e *engine) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	e.expire()
	return e.Memory.GetMany(ctx, keys)
}

func (e *engine) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		e.expire()
		e.Memory.Scan(ctx, r)(yield)
	}
}

func (e *engine) ReplicationLag(ctx context.Context) (map[string]time.Duration, error) {
	if err := e.Ping(ctx); err != nil {
		return nil, err
	}
	return map[string]time.Duration{"replica": time.Second}, nil
}

func (e *engine) StatInfos() []kvdb.StatInfo {
	return []kvdb.StatInfo{
		{Name: "kvdb.engine.writes", Unit: "{write}", Help: "The writes so far", Counter: true},
		{Name: "kvdb.engine.disk.size", Unit: "By", Help: "The size on disk"},
		{Name: kvdb.StatDiskUtilization, Unit: "1", Help: "The used share of the disk"},
	}
}

func (e *engine) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	if err := e.Ping(ctx); err != nil {
		return dst, err
	}
	return append(dst, 1, 2, math.NaN()), nil
}

func (e *engine) PoolStats(ctx context.Context) (kvdb.PoolStats, error) {
	if err := e.Ping(ctx); err != nil {
		return kvdb.PoolStats{}, err
	}
	return kvdb.PoolStats{Idle: 1, Max: 2, Pending: -1}, nil
}

func (e *engine) Notices(ctx context.Context) iter.Seq[kvdb.Notice] { return e.board.Notices(ctx) }

func (e *engine) fits(op string, key, value []byte) error {
	if e.info.MaxKey > 0 && len(key) > e.info.MaxKey || e.info.MaxValue > 0 && len(value) > e.info.MaxValue {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrTooLarge}
	}
	return nil
}

func (e *engine) expire() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, at := range e.expires {
		if time.Now().After(at) {
			_ = e.Memory.Delete(context.Background(), []byte(key))
			delete(e.expires, key)
		}
	}
}
