package instrument

import (
	"context"
	"iter"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// views are the instrumented capabilities of a store, each nil exactly when the
// store below lacks it.
type views struct {
	appender         kvdb.Appender
	batcher          kvdb.Batcher
	describer        kvdb.Describer
	exister          kvdb.Exister
	lagger           kvdb.Lagger
	multiGetter      kvdb.MultiGetter
	notifier         kvdb.Notifier
	pinger           kvdb.Pinger
	poolReader       kvdb.PoolReader
	prefixScanner    kvdb.PrefixScanner
	scanner          kvdb.Scanner
	sizedGetter      kvdb.SizedGetter
	sizedMultiGetter kvdb.SizedMultiGetter
	statsReader      kvdb.StatsReader
	swapper          kvdb.Swapper
	ttlGetter        kvdb.TTLGetter
	ttlPutter        kvdb.TTLPutter
	updater          kvdb.Updater
	viewer           kvdb.Viewer
}

// newViews returns the views of a store, through which an observer sees its operations.
func newViews(o *observer, next kvdb.Store) views {
	var v views
	if c, ok := kvdb.As[kvdb.Appender](next); ok {
		v.appender = appender{o, c}
	}
	if c, ok := kvdb.As[kvdb.Batcher](next); ok {
		v.batcher = batcher{o, c}
	}
	if c, ok := kvdb.As[kvdb.Exister](next); ok {
		v.exister = exister{o, c}
	}
	if c, ok := kvdb.As[kvdb.MultiGetter](next); ok {
		v.multiGetter = multiGetter{o, c}
	}
	if c, ok := kvdb.As[kvdb.Pinger](next); ok {
		v.pinger = pinger{o, c}
	}
	if c, ok := kvdb.As[kvdb.PrefixScanner](next); ok {
		v.prefixScanner = prefixScanner{o, c}
	}
	if c, ok := kvdb.As[kvdb.Scanner](next); ok {
		v.scanner = scanner{o, c}
	}
	if c, ok := kvdb.As[kvdb.SizedGetter](next); ok {
		v.sizedGetter = sizedGetter{o, c}
	}
	if c, ok := kvdb.As[kvdb.SizedMultiGetter](next); ok {
		v.sizedMultiGetter = sizedMultiGetter{o, c}
	}
	if c, ok := kvdb.As[kvdb.Swapper](next); ok {
		v.swapper = swapper{o, c}
	}
	if c, ok := kvdb.As[kvdb.TTLGetter](next); ok {
		v.ttlGetter = ttlGetter{o, c}
	}
	if c, ok := kvdb.As[kvdb.TTLPutter](next); ok {
		v.ttlPutter = ttlPutter{o, c}
	}
	if c, ok := kvdb.As[kvdb.Updater](next); ok {
		v.updater = updater{o, c}
	}
	if c, ok := kvdb.As[kvdb.Viewer](next); ok {
		v.viewer = viewer{o, c}
	}
	// These are not operations: they are passed on as they are.
	v.describer, _ = kvdb.As[kvdb.Describer](next)
	v.lagger, _ = kvdb.As[kvdb.Lagger](next)
	v.notifier, _ = kvdb.As[kvdb.Notifier](next)
	v.poolReader, _ = kvdb.As[kvdb.PoolReader](next)
	v.statsReader, _ = kvdb.As[kvdb.StatsReader](next)
	return v
}

// sourceViews returns what a source can be asked for.
func sourceViews(source any) (v views) {
	v.lagger, _ = source.(kvdb.Lagger)
	v.poolReader, _ = source.(kvdb.PoolReader)
	v.statsReader, _ = source.(kvdb.StatsReader)
	return v
}

func (v *views) as(target any) bool {
	switch t := target.(type) {
	case *kvdb.Appender:
		return give(t, v.appender)
	case *kvdb.Batcher:
		return give(t, v.batcher)
	case *kvdb.Describer:
		return give(t, v.describer)
	case *kvdb.Exister:
		return give(t, v.exister)
	case *kvdb.Lagger:
		return give(t, v.lagger)
	case *kvdb.MultiGetter:
		return give(t, v.multiGetter)
	case *kvdb.Notifier:
		return give(t, v.notifier)
	case *kvdb.Pinger:
		return give(t, v.pinger)
	case *kvdb.PoolReader:
		return give(t, v.poolReader)
	case *kvdb.PrefixScanner:
		return give(t, v.prefixScanner)
	case *kvdb.Scanner:
		return give(t, v.scanner)
	case *kvdb.SizedGetter:
		return give(t, v.sizedGetter)
	case *kvdb.SizedMultiGetter:
		return give(t, v.sizedMultiGetter)
	case *kvdb.StatsReader:
		return give(t, v.statsReader)
	case *kvdb.Swapper:
		return give(t, v.swapper)
	case *kvdb.TTLGetter:
		return give(t, v.ttlGetter)
	case *kvdb.TTLPutter:
		return give(t, v.ttlPutter)
	case *kvdb.Updater:
		return give(t, v.updater)
	case *kvdb.Viewer:
		return give(t, v.viewer)
	default:
		return false
	}
}

func give[T any](target *T, view T) bool {
	if any(view) == nil {
		return false
	}
	*target = view
	return true
}

// availableOperations returns the operations of a store, those absent that it
// has no capability for.
func availableOperations(s kvdb.Store) []record.OperationInfo {
	infos, has := record.StoreOperationInfo, kvdb.Capabilities(s)
	for i := range infos {
		infos[i].Absent = !catalog.Operation(infos[i].Name).Contract().In(has)
	}
	return infos[:]
}

type appender struct {
	*observer
	next kvdb.Appender
}

func (a appender) AppendGet(ctx context.Context, dst, key []byte) (value []byte, err error) {
	value = dst // what a panic leaves
	var op op
	ctx, err = op.begin(ctx, a.observer, record.OpGet, len(key))
	defer func() { op.end(ctx, key, max(len(value)-len(dst), 0), err) }()
	return a.next.AppendGet(ctx, dst, key)
}

type exister struct {
	*observer
	next kvdb.Exister
}

func (e exister) Exists(ctx context.Context, key []byte) (found bool, err error) {
	var op op
	ctx, err = op.begin(ctx, e.observer, record.OpGet, len(key))
	defer func() {
		outcome := err
		if err == nil && !found {
			outcome = kvdb.ErrNotFound
		}
		op.end(ctx, key, 0, outcome)
	}()
	return e.next.Exists(ctx, key)
}

type pinger struct {
	*observer
	next kvdb.Pinger
}

func (p pinger) Ping(ctx context.Context) (err error) {
	var op op
	ctx, err = op.begin(ctx, p.observer, record.OpPing, 0)
	defer func() { op.end(ctx, nil, 0, err) }()
	return p.next.Ping(ctx)
}

type prefixScanner struct {
	*observer
	next kvdb.PrefixScanner
}

func (s prefixScanner) ScanPrefix(ctx context.Context, prefix []byte) iter.Seq2[kvdb.Entry, error] {
	return s.scan(ctx, len(prefix), func(ctx context.Context) iter.Seq2[kvdb.Entry, error] {
		return s.next.ScanPrefix(ctx, prefix)
	})
}

type scanner struct {
	*observer
	next kvdb.Scanner
}

func (s scanner) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return s.scan(ctx, len(r.Start)+len(r.End), func(ctx context.Context) iter.Seq2[kvdb.Entry, error] {
		return s.next.Scan(ctx, r)
	})
}

// scan records each iteration over what open returns as one operation, from its
// first step to its last.
func (o *observer) scan(
	ctx context.Context, sent int, open func(context.Context) iter.Seq2[kvdb.Entry, error],
) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		var failure error
		read := 0
		var op op
		scanCtx, result := op.begin(ctx, o, record.OpScan, sent)
		defer func() { op.end(scanCtx, nil, read, result) }()
		for entry, err := range open(scanCtx) {
			if err != nil {
				failure = err
			}
			read += len(entry.Key) + len(entry.Value)
			op.labels.takeOff(ctx)
			more := yield(entry, err)
			op.labels.put()
			if !more {
				break
			}
		}
		result = failure
	}
}

type swapper struct {
	*observer
	next kvdb.Swapper
}

func (s swapper) CompareAndSwap(ctx context.Context, key, old, new []byte) (swapped bool, err error) {
	var op op
	ctx, err = op.begin(ctx, s.observer, record.OpCompareAndSwap, len(key)+len(old)+len(new))
	defer func() {
		outcome := err
		if err == nil && !swapped {
			outcome = kvdb.ErrNotFound
		}
		op.end(ctx, key, 0, outcome)
	}()
	return s.next.CompareAndSwap(ctx, key, old, new)
}

type ttlGetter struct {
	*observer
	next kvdb.TTLGetter
}

func (g ttlGetter) GetTTL(ctx context.Context, key []byte) (ttl time.Duration, err error) {
	var op op
	ctx, err = op.begin(ctx, g.observer, record.OpGet, len(key))
	defer func() { op.end(ctx, key, 0, err) }()
	return g.next.GetTTL(ctx, key)
}

type ttlPutter struct {
	*observer
	next kvdb.TTLPutter
}

func (p ttlPutter) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) (err error) {
	var op op
	ctx, err = op.begin(ctx, p.observer, record.OpPut, len(key)+len(value))
	defer func() { op.end(ctx, key, 0, err) }()
	return p.next.PutTTL(ctx, key, value, ttl)
}
