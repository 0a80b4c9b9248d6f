package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// allocations measures what an untraced operation allocates above the bare
// store: get of a key that is there and of one that is not, put and delete,
// without a parent span and under one that was not sampled, without a logger
// and with one at info. The worst of them is the row.
func (s *session) allocations() (_ row, err error) {
	logged, err := withLogs(s.stores.Bare)
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, logged.Close()) }()
	unsampled, end := benchmarks.UnsampledParent(s.ctx)
	defer end()

	worst := row{Reference: 1, Unit: "allocations"}
	for _, c := range []struct {
		circumstances string
		ctx           context.Context
		store         kvdb.Store
	}{
		{"without a parent", s.ctx, s.stores.OTelKV},
		{"under an unsampled parent", unsampled, s.stores.OTelKV},
		{"with logs, without a parent", s.ctx, logged},
		{"with logs, under an unsampled parent", unsampled, logged},
	} {
		for _, call := range calls {
			n, err := added(c.ctx, call, c.store, s.stores.Bare)
			if err != nil {
				return row{}, err
			}
			if n > worst.Ratio {
				worst.Ratio, worst.Cost, worst.Note = n, n, call.name+" "+c.circumstances
			}
		}
	}
	return worst, nil
}

// added returns the allocations of one call of store that bare has not.
func added(ctx context.Context, c call, store, bare kvdb.Store) (float64, error) {
	with, err := mallocs(ctx, c, store)
	if err != nil {
		return 0, err
	}
	without, err := mallocs(ctx, c, bare)
	return with - without, err
}

func withLogs(s kvdb.Store) (kvdb.Store, error) {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	logger := zap.New(zapcore.NewCore(encoder, zapcore.AddSync(io.Discard), zap.InfoLevel))
	store, err := instrument.Wrap(s, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger),
		instrument.WithTracerProvider(benchmarks.NewTracerProvider()))
	if err != nil {
		return nil, fmt.Errorf("wrapping a store with logs: %w", err)
	}
	return store, nil
}

type call struct {
	name string
	do   func(context.Context, kvdb.Store) error
}

var calls = []call{
	{"get", func(ctx context.Context, s kvdb.Store) error {
		_, err := s.Get(ctx, benchmarks.Key)
		return err
	}},
	{"get of a missing key", func(ctx context.Context, s kvdb.Store) error {
		_, err := s.Get(ctx, benchmarks.MissingKey)
		return err
	}},
	{"put", func(ctx context.Context, s kvdb.Store) error { return s.Put(ctx, benchmarks.Key, benchmarks.Key) }},
	{"delete", func(ctx context.Context, s kvdb.Store) error { return s.Delete(ctx, benchmarks.Key) }},
}

const (
	allocationCalls   = 1000
	allocationBatches = 5
)

// mallocs returns the allocations of one call. The runtime counts those of the
// whole process, so the least of several batches is the one that others
// disturbed least.
func mallocs(ctx context.Context, c call, s kvdb.Store) (float64, error) {
	var least uint64
	for batch := range allocationBatches + 1 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range allocationCalls {
			if err := c.do(ctx, s); err != nil && !errors.Is(err, kvdb.ErrNotFound) {
				return 0, fmt.Errorf("%s: %w", c.name, err)
			}
		}
		runtime.ReadMemStats(&after)
		// The batch before the first one meets what is allocated on first use.
		if n := after.Mallocs - before.Mallocs; batch == 1 || batch > 1 && n < least {
			least = n
		}
	}
	return float64(least) / allocationCalls, nil
}
