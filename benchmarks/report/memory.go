package main

import (
	"errors"
	"fmt"
	"runtime"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

const (
	memoryBudget = 256_000 // bytes a store

	// So many stores that what the process allocates besides disappears in the
	// mean.
	memoryStores = 50

	// So many goroutines that each of the shards of a store, 16 unless there
	// are more processors, gets some of them.
	memoryGoroutines = 256
)

// memory measures what the heap holds for one wrapped store, with the default
// signals, whose operations have all been in use on all shards, with hits,
// misses and failures, and which has been collected once. The stores below
// are there and were used in the same way before the first reading. Stacks and
// the quantiles of minutes past are not in it.
func (s *session) memory() (_ row, err error) {
	tp := benchmarks.NewTracerProvider()
	reg := instrument.NewRegistry()
	reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(reg.NewProducer(instrument.WithSummaries())))
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	defer func() { err = errors.Join(err, mp.Shutdown(s.ctx)) }()

	var below, wrapped []kvdb.Store
	defer func() {
		for _, w := range wrapped {
			err = errors.Join(err, w.Close())
		}
	}()
	for i := range memoryStores + 1 {
		below = append(below, kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: fmt.Sprintf("memory-%d", i)}))
	}
	if err := s.wear(below); err != nil {
		return row{}, err
	}
	var before float64
	for i, store := range below {
		if i == 1 {
			// The first one brought what there is once for all.
			if err := s.settle(wrapped, reader); err != nil {
				return row{}, err
			}
			before = heap()
		}
		w, err := instrument.Wrap(store, instrument.WithRegistry(reg), instrument.WithTracerProvider(tp))
		if err != nil {
			return row{}, err
		}
		wrapped = append(wrapped, w)
	}
	if err := s.settle(wrapped[1:], reader); err != nil {
		return row{}, err
	}
	bytes := (heap() - before) / memoryStores
	return row{Ratio: bytes / memoryBudget, Cost: bytes, Reference: memoryBudget, Unit: "B"}, nil
}

// settle uses the stores and collects once.
func (s *session) settle(stores []kvdb.Store, reader *sdkmetric.ManualReader) error {
	if err := s.wear(stores); err != nil {
		return err
	}
	return reader.Collect(s.ctx, new(metricdata.ResourceMetrics))
}

// wear uses every operation of the stores from many goroutines.
func (s *session) wear(stores []kvdb.Store) error {
	for _, store := range stores {
		err := together(memoryGoroutines, func() error {
			if err := exercise(s.ctx, store); err != nil {
				return err
			}
			return misuse(s.ctx, store)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// heap returns the bytes of live objects.
func heap() float64 {
	var m runtime.MemStats
	// What a finalizer or a pool held goes with the second collection.
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
