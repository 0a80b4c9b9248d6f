package main

import (
	"context"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A faultyStore is a decorator of one's own: a store whose operations fail when
// a fault is on. It has the capabilities of the Pebble store below it, and a
// replica.
type faultyStore struct {
	faults
	next kvdb.Store
}

var _ kvdb.Decorator = (*faultyStore)(nil)

func newFaultyStore(next kvdb.Store, on fault) *faultyStore {
	s := &faultyStore{next: next}
	s.set(on)
	return s
}

func (s *faultyStore) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := s.strike(ctx, "get"); err != nil {
		return nil, err
	}
	return s.next.Get(ctx, key)
}

func (s *faultyStore) Put(ctx context.Context, key, value []byte) error {
	if err := s.strike(ctx, "put"); err != nil {
		return err
	}
	return s.next.Put(ctx, key, value)
}

func (s *faultyStore) Delete(ctx context.Context, key []byte) error {
	if err := s.strike(ctx, "delete"); err != nil {
		return err
	}
	return s.next.Delete(ctx, key)
}

func (s *faultyStore) Close() error { return s.next.Close() }

// Unwrap implements [kvdb.Decorator].
func (s *faultyStore) Unwrap() kvdb.Store { return s.next }

// As implements [kvdb.Decorator]. Callers reach a capability through kvdb.As
// only, which asks here and not below: what is missing in this list is missing
// in the store.
func (s *faultyStore) As(target any) bool {
	switch t := target.(type) {
	case *kvdb.Appender:
		return view(s, t, func(next kvdb.Appender) kvdb.Appender { return faultyAppender{s, next} })
	case *kvdb.Batcher:
		return view(s, t, func(next kvdb.Batcher) kvdb.Batcher { return faultyBatcher{s, next} })
	case *kvdb.Exister:
		return view(s, t, func(next kvdb.Exister) kvdb.Exister { return faultyExister{s, next} })
	case *kvdb.Pinger:
		return view(s, t, func(next kvdb.Pinger) kvdb.Pinger { return faultyPinger{s, next} })
	case *kvdb.PrefixScanner:
		return view(s, t, func(next kvdb.PrefixScanner) kvdb.PrefixScanner { return faultyPrefixScanner{s, next} })
	case *kvdb.Scanner:
		return view(s, t, func(next kvdb.Scanner) kvdb.Scanner { return faultyScanner{s, next} })
	case *kvdb.Viewer:
		return view(s, t, func(next kvdb.Viewer) kvdb.Viewer { return faultyViewer{s, next} })
	case *kvdb.Describer:
		return view(s, t, func(next kvdb.Describer) kvdb.Describer { return next })
	case *kvdb.Notifier:
		return view(s, t, func(next kvdb.Notifier) kvdb.Notifier { return next })
	case *kvdb.StatsReader:
		return view(s, t, func(next kvdb.StatsReader) kvdb.StatsReader { return faultyStatsReader{s, next} })
	case *kvdb.Lagger:
		next, ok := kvdb.As[kvdb.Pinger](s.next)
		*t = replica{s, next}
		return ok
	}
	return false
}

// view sets target to a decorated capability if the store below has it.
func view[C any](s *faultyStore, target *C, decorate func(C) C) bool {
	next, ok := kvdb.As[C](s.next)
	if ok {
		*target = decorate(next)
	}
	return ok
}

type faultyAppender struct {
	*faultyStore
	next kvdb.Appender
}

func (a faultyAppender) AppendGet(ctx context.Context, dst, key []byte) ([]byte, error) {
	if err := a.strike(ctx, "get"); err != nil {
		return dst, err
	}
	return a.next.AppendGet(ctx, dst, key)
}

type faultyExister struct {
	*faultyStore
	next kvdb.Exister
}

func (e faultyExister) Exists(ctx context.Context, key []byte) (bool, error) {
	if err := e.strike(ctx, "get"); err != nil {
		return false, err
	}
	return e.next.Exists(ctx, key)
}

type faultyBatcher struct {
	*faultyStore
	next kvdb.Batcher
}

func (b faultyBatcher) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	if err := b.strike(ctx, "batch"); err != nil {
		return err
	}
	return b.next.Apply(ctx, muts)
}

type faultyPinger struct {
	*faultyStore
	next kvdb.Pinger
}

func (p faultyPinger) Ping(ctx context.Context) error {
	if err := p.strike(ctx, "ping"); err != nil {
		return err
	}
	return p.next.Ping(ctx)
}

type faultyViewer struct {
	*faultyStore
	next kvdb.Viewer
}

func (v faultyViewer) View(ctx context.Context, fn func(kvdb.Reader) error) error {
	if err := v.strike(ctx, "view"); err != nil {
		return err
	}
	return v.next.View(ctx, fn)
}

type faultyScanner struct {
	*faultyStore
	next kvdb.Scanner
}

func (c faultyScanner) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return c.scan(ctx, c.next.Scan(ctx, r))
}

type faultyPrefixScanner struct {
	*faultyStore
	next kvdb.PrefixScanner
}

func (c faultyPrefixScanner) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return c.scan(ctx, c.next.ScanPrefix(ctx, prefix))
}

// scan strikes when the result is ranged over, for nothing happens before.
func (s *faultyStore) scan(ctx context.Context, entries iter.Seq2[kvdb.Entry, error]) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		if err := s.strike(ctx, "scan"); err != nil {
			yield(kvdb.Entry{}, err)
			return
		}
		entries(yield)
	}
}

type faultyStatsReader struct {
	*faultyStore
	next kvdb.StatsReader
}

// diskInfo is the used share of the disk, which the fault is about.
var diskInfo = kvdb.StatInfo{Name: kvdb.StatDiskUtilization, Unit: "1", Help: "Used share of the filesystem that holds the store"}

// StatInfos declares the disk, whatever the store below does.
func (r faultyStatsReader) StatInfos() []kvdb.StatInfo {
	infos := r.next.StatInfos()
	if disk(infos) < len(infos) {
		return infos
	}
	return append(slices.Clone(infos), diskInfo)
}

// AppendStats claims a disk that is nearly full, whatever it is.
func (r faultyStatsReader) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	n, infos := len(dst), r.next.StatInfos()
	dst, err := r.next.AppendStats(ctx, dst)
	if err != nil {
		return dst, err
	}
	at := disk(infos)
	if at == len(infos) {
		dst = append(dst, math.NaN()) // not known
	}
	if r.get() == faultDisk && n+at < len(dst) {
		dst[n+at] = diskUsed
	}
	return dst, nil
}

// disk returns the place of the disk, which is the end for a store that does not know it.
func disk(infos []kvdb.StatInfo) int {
	for i := range infos {
		if infos[i].Name == kvdb.StatDiskUtilization {
			return i
		}
	}
	return len(infos)
}

// A replica is simulated: it goes as long as the store does.
type replica struct {
	*faultyStore
	next kvdb.Pinger
}

const usualLag = 20 * time.Millisecond

// ReplicationLag implements [kvdb.Lagger].
func (r replica) ReplicationLag(ctx context.Context) (map[string]time.Duration, error) {
	if err := r.next.Ping(ctx); err != nil {
		return nil, err
	}
	lag := usualLag
	if r.get() == faultLag {
		lag = lagBy
	}
	return map[string]time.Duration{"simulated": lag}, nil
}
