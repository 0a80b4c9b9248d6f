// Package testutil is what the tests of this module share: a store that fails
// on purpose, and flat views of metrics, spans and log lines.
package testutil

import (
	"context"
	"iter"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A Fault is what a Faulty does before an operation: it may return an error,
// which becomes the operation's, take its time, or panic. The operation is
// named as on the metrics; the reads and writes inside a transaction are named
// "view get", "update put" and so on, and a step of a scan is "scan step".
type Fault func(ctx context.Context, operation string) error

// A Faulty is a store in memory with every capability of package kvdb, which
// works until a Fault is injected. The fields must not change once the store is
// in use.
type Faulty struct {
	*kvdb.Memory

	// Info is what Describe returns, unless it is zero.
	Info kvdb.Info

	// Infos, Stats, Lag and Pool are StatInfos, AppendStats, ReplicationLag and
	// PoolStats. Without them, there is nothing to tell.
	Infos []kvdb.StatInfo
	Stats func(ctx context.Context, dst []float64) ([]float64, error)
	Lag   func(ctx context.Context) (map[string]time.Duration, error)
	Pool  func(ctx context.Context) (kvdb.PoolStats, error)

	// Board has the notices.
	Board kvdb.NoticeBoard

	fault atomic.Pointer[Fault]
}

var _ interface {
	kvdb.Store
	kvdb.Appender
	kvdb.Batcher
	kvdb.Describer
	kvdb.Exister
	kvdb.Lagger
	kvdb.MultiGetter
	kvdb.Notifier
	kvdb.Pinger
	kvdb.PoolReader
	kvdb.PrefixScanner
	kvdb.Scanner
	kvdb.SizedGetter
	kvdb.SizedMultiGetter
	kvdb.StatsReader
	kvdb.Swapper
	kvdb.TTLGetter
	kvdb.TTLPutter
	kvdb.Updater
	kvdb.Viewer
} = (*Faulty)(nil)

// NewFaulty returns an empty store without a fault.
func NewFaulty() *Faulty { return &Faulty{Memory: kvdb.NewMemory(nil)} }

// Inject replaces the fault; nil removes it. It is safe while the store is in
// use.
func (f *Faulty) Inject(fault Fault) {
	if fault == nil {
		f.fault.Store(nil)
		return
	}
	f.fault.Store(&fault)
}

// Errors is the fault that fails every operation with err.
func Errors(err error) Fault {
	return func(context.Context, string) error { return err }
}

// Latency is the fault that makes every operation take d.
func Latency(d time.Duration) Fault {
	return func(context.Context, string) error {
		time.Sleep(d)
		return nil
	}
}

// Panics is the fault that panics with v.
func Panics(v any) Fault {
	return func(context.Context, string) error { panic(v) }
}

// On limits a fault to the operations with the given names.
func On(fault Fault, operations ...string) Fault {
	return func(ctx context.Context, operation string) error {
		for _, o := range operations {
			if o == operation {
				return fault(ctx, operation)
			}
		}
		return nil
	}
}

func (f *Faulty) before(ctx context.Context, operation string) error {
	if fault := f.fault.Load(); fault != nil {
		return (*fault)(ctx, operation)
	}
	return nil
}

// Describe implements kvdb.Describer.
func (f *Faulty) Describe() kvdb.Info {
	if f.Info != (kvdb.Info{}) {
		return f.Info
	}
	return f.Memory.Describe()
}

// Get implements kvdb.Store.
func (f *Faulty) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := f.before(ctx, "get"); err != nil {
		return nil, err
	}
	return f.Memory.Get(ctx, key)
}

// AppendGet implements kvdb.Appender.
func (f *Faulty) AppendGet(ctx context.Context, dst, key []byte) ([]byte, error) {
	if err := f.before(ctx, "get"); err != nil {
		return dst, err
	}
	return f.Memory.AppendGet(ctx, dst, key)
}

// Exists implements kvdb.Exister.
func (f *Faulty) Exists(ctx context.Context, key []byte) (bool, error) {
	if err := f.before(ctx, "get"); err != nil {
		return false, err
	}
	return f.Memory.Exists(ctx, key)
}

// GetMany implements kvdb.MultiGetter.
func (f *Faulty) GetMany(ctx context.Context, keys [][]byte) ([][]byte, error) {
	if err := f.before(ctx, "BATCH get"); err != nil {
		return nil, err
	}
	return f.Memory.GetMany(ctx, keys)
}

// GetSized implements kvdb.SizedGetter.
func (f *Faulty) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	if err := f.before(ctx, "get"); err != nil {
		return nil, err
	}
	return f.Memory.GetSized(ctx, key, room)
}

// GetManySized implements kvdb.SizedMultiGetter.
func (f *Faulty) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	if err := f.before(ctx, "BATCH get"); err != nil {
		return nil, err
	}
	return f.Memory.GetManySized(ctx, keys, room)
}

// Put implements kvdb.Store.
func (f *Faulty) Put(ctx context.Context, key, value []byte) error {
	if err := f.before(ctx, "put"); err != nil {
		return err
	}
	return f.Memory.Put(ctx, key, value)
}

// PutTTL implements kvdb.TTLPutter with values that never expire.
func (f *Faulty) PutTTL(ctx context.Context, key, value []byte, _ time.Duration) error {
	return f.Put(ctx, key, value)
}

// GetTTL implements kvdb.TTLGetter for values that never expire.
func (f *Faulty) GetTTL(ctx context.Context, key []byte) (time.Duration, error) {
	if err := f.before(ctx, "get"); err != nil {
		return 0, err
	}
	found, err := f.Memory.Exists(ctx, key)
	if err == nil && !found {
		err = kvdb.ErrNotFound
	}
	return 0, err
}

// Delete implements kvdb.Store.
func (f *Faulty) Delete(ctx context.Context, key []byte) error {
	if err := f.before(ctx, "delete"); err != nil {
		return err
	}
	return f.Memory.Delete(ctx, key)
}

// Apply implements kvdb.Batcher.
func (f *Faulty) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	if err := f.before(ctx, "BATCH"); err != nil {
		return err
	}
	return f.Memory.Apply(ctx, muts)
}

// CompareAndSwap implements kvdb.Swapper.
func (f *Faulty) CompareAndSwap(ctx context.Context, key, old, new []byte) (bool, error) {
	if err := f.before(ctx, "compare_and_swap"); err != nil {
		return false, err
	}
	return f.Memory.CompareAndSwap(ctx, key, old, new)
}

// Ping implements kvdb.Pinger.
func (f *Faulty) Ping(ctx context.Context) error {
	if err := f.before(ctx, "ping"); err != nil {
		return err
	}
	return f.Memory.Ping(ctx)
}

// Scan implements kvdb.Scanner.
func (f *Faulty) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return f.scan(ctx, "scan", f.Memory.Scan(ctx, r))
}

// ScanPrefix implements kvdb.PrefixScanner.
func (f *Faulty) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return f.scan(ctx, "scan", f.Memory.ScanPrefix(ctx, prefix))
}

func (f *Faulty) scan(
	ctx context.Context, operation string, entries iter.Seq2[kvdb.Entry, error],
) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		if err := f.before(ctx, operation); err != nil {
			yield(kvdb.Entry{}, err)
			return
		}
		for entry, err := range entries {
			if fault := f.before(ctx, operation+" step"); fault != nil {
				yield(kvdb.Entry{}, fault)
				return
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

// View implements kvdb.Viewer.
func (f *Faulty) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	if err := f.before(ctx, "view"); err != nil {
		return err
	}
	return f.Memory.View(ctx, func(r kvdb.Reader) error {
		return fn(faultyReader{r, f, "view"})
	})
}

// Update implements kvdb.Updater.
func (f *Faulty) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	if err := f.before(ctx, "update"); err != nil {
		return err
	}
	return f.Memory.Update(ctx, func(t kvdb.Txn) error {
		return fn(faultyTxn{faultyReader{t, f, "update"}, t})
	})
}

// ReplicationLag implements kvdb.Lagger.
func (f *Faulty) ReplicationLag(ctx context.Context) (map[string]time.Duration, error) {
	if err := f.Memory.Ping(ctx); err != nil {
		return nil, err
	}
	if f.Lag == nil {
		return nil, &kvdb.Error{Op: "lag", Kind: kvdb.ErrLagUnknown}
	}
	return f.Lag(ctx)
}

// A Stat is a statistic with its value.
type Stat struct {
	kvdb.StatInfo
	Value float64
}

// Report makes f tell statistics that do not change.
func (f *Faulty) Report(stats ...Stat) {
	values := make([]float64, len(stats))
	f.Infos = nil
	for i, s := range stats {
		f.Infos = append(f.Infos, s.StatInfo)
		values[i] = s.Value
	}
	f.Stats = func(_ context.Context, dst []float64) ([]float64, error) { return append(dst, values...), nil }
}

// Disk is the used share of a disk.
func Disk(used float64) Stat {
	return Stat{kvdb.StatInfo{Name: kvdb.StatDiskUtilization, Unit: "1", Help: "Used share of the disk"}, used}
}

// Gauge and Counter are a statistic of an engine.
func Gauge(name, unit, help string, value float64) Stat {
	return Stat{kvdb.StatInfo{Name: name, Unit: unit, Help: help}, value}
}

// Counter is a Gauge that only grows.
func Counter(name, unit, help string, value float64) Stat {
	return Stat{kvdb.StatInfo{Name: name, Unit: unit, Help: help, Counter: true}, value}
}

// Notices implements kvdb.Notifier.
func (f *Faulty) Notices(ctx context.Context) iter.Seq[kvdb.Notice] { return f.Board.Notices(ctx) }

// PoolStats implements kvdb.PoolReader.
func (f *Faulty) PoolStats(ctx context.Context) (kvdb.PoolStats, error) {
	if err := f.Memory.Ping(ctx); err != nil {
		return kvdb.PoolStats{}, err
	}
	if f.Pool == nil {
		return kvdb.PoolStats{
			Idle: -1, Used: -1, Max: -1, IdleMin: -1, IdleMax: -1, Pending: -1, Timeouts: -1, Waits: -1, WaitTime: -1,
			Dials: kvdb.FailedDials{Timeout: -1, Unavailable: -1, Other: -1},
		}, nil
	}
	return f.Pool(ctx)
}

// StatInfos implements kvdb.StatsReader.
func (f *Faulty) StatInfos() []kvdb.StatInfo { return f.Infos }

// AppendStats implements kvdb.StatsReader.
func (f *Faulty) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	if err := f.Memory.Ping(ctx); err != nil {
		return dst, err
	}
	if f.Stats == nil {
		return dst, nil
	}
	return f.Stats(ctx, dst)
}

type faultyReader struct {
	kvdb.Reader
	store *Faulty
	kind  string
}

func (r faultyReader) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := r.store.before(ctx, r.kind+" get"); err != nil {
		return nil, err
	}
	return r.Reader.Get(ctx, key)
}

func (r faultyReader) Scan(ctx context.Context, rg kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return r.store.scan(ctx, r.kind+" scan", r.Reader.Scan(ctx, rg))
}

type faultyTxn struct {
	faultyReader
	next kvdb.Txn
}

func (t faultyTxn) Put(ctx context.Context, key, value []byte) error {
	if err := t.store.before(ctx, "update put"); err != nil {
		return err
	}
	return t.next.Put(ctx, key, value)
}

func (t faultyTxn) Delete(ctx context.Context, key []byte) error {
	if err := t.store.before(ctx, "update delete"); err != nil {
		return err
	}
	return t.next.Delete(ctx, key)
}
