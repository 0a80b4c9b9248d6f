package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// disabledLogs measures what operation logs allocate at a level that is off,
// above the same store without them: when all goes well, and each operation is
// to have a line at info, when a key is missing, and when an operation fails.
func (s *session) disabledLogs() (_ row, err error) {
	tel, err := otelsetup.Start(s.ctx, otelsetup.WithServiceName("report"), otelsetup.WithLogWriter(io.Discard),
		otelsetup.WithLogLevel(zap.PanicLevel), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, tel.Shutdown(context.Background())) }()
	var stores [2]kvdb.Store
	for i, logger := range []*zap.Logger{tel.Logger(), nil} {
		stores[i], err = instrument.Wrap(refusing{s.stores.Bare}, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger),
			// So each operation that went well would have a line at info.
			instrument.WithLogOptions(instrument.LogOptions{Successes: true}), instrument.WithTracerProvider(benchmarks.NewTracerProvider()))
		if err != nil {
			return row{}, err
		}
		defer func() { err = errors.Join(err, stores[i].Close()) }()
	}
	unsampled, end := benchmarks.UnsampledParent(s.ctx)
	defer end()

	worst := row{Reference: 1, Unit: "allocations"}
	for _, ctx := range []context.Context{s.ctx, unsampled} {
		for _, call := range slices.Concat(calls, []call{refused}) {
			n, err := added(ctx, call, stores[0], stores[1])
			if err != nil {
				return row{}, err
			}
			if n > worst.Ratio {
				worst.Ratio, worst.Cost, worst.Note = n, n, call.name
			}
		}
	}
	return worst, nil
}

// refusing is a store that fails to put one key.
type refusing struct{ kvdb.Store }

var errRefused = &kvdb.Error{Op: "put", Kind: kvdb.ErrUnavailable}

func (r refusing) Put(ctx context.Context, key, value []byte) error {
	if bytes.Equal(key, benchmarks.MissingKey) {
		return errRefused
	}
	return r.Store.Put(ctx, key, value)
}

// refused is the call that fails.
var refused = call{"put that fails", func(ctx context.Context, s kvdb.Store) error {
	if err := s.Put(ctx, benchmarks.MissingKey, benchmarks.Key); !errors.Is(err, errRefused) {
		return fmt.Errorf("a put that must fail returned %w", err)
	}
	return nil
}}
