// Package benchmarks sets package instrument beside what its users have now:
// decorators around the same bare store, each written as people really write
// it with client_golang or the OpenTelemetry API, in a file of its own.
//
// The program in report measures them in turns and prints the table of the
// project's goals; the Go benchmarks of this package are for benchstat. The
// README says how to read either.
package benchmarks

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

const (
	system    = "memory"
	namespace = "bench"
)

// Key is in the bare store of [NewStores], with a value of 64 bytes;
// MissingKey is not.
var (
	Key        = []byte("user:000042")
	MissingKey = []byte("user:000043")
)

// Stores are the subjects of the comparison: a bare store and decorators
// around it.
type Stores struct {
	Bare              kvdb.Store
	OTelKV            kvdb.Store // package instrument with its defaults
	OTelKVSizes       kvdb.Store // and with size histograms
	ClientGolang      kvdb.Store
	ClientGolangEqual kvdb.Store
	OTelPrebuilt      kvdb.Store
	OTelNaive         kvdb.Store
	BareSpan          kvdb.Store

	closers []func() error
}

// NewStores builds them, each with a registry and an exporter of its own, as
// its users have. Tracing is set up everywhere: a root span is never sampled,
// a child is if its parent is. Close releases them.
func NewStores() (*Stores, error) {
	s := &Stores{Bare: NewBare(map[string][]byte{string(Key): make([]byte, 64)})}
	if err := s.build(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Stores) build() error {
	tp := NewTracerProvider()
	s.closers = append(s.closers, func() error { return tp.Shutdown(context.Background()) })

	var err error
	if s.OTelKV, err = s.wrap(instrument.WithTracerProvider(tp)); err != nil {
		return err
	}
	if s.OTelKVSizes, err = s.wrap(instrument.WithTracerProvider(tp), instrument.WithSizes()); err != nil {
		return err
	}
	if s.ClientGolang, err = NewClientGolang(s.Bare, prometheus.NewRegistry()); err != nil {
		return err
	}
	if s.ClientGolangEqual, err = NewClientGolangEqual(s.Bare, prometheus.NewRegistry()); err != nil {
		return err
	}
	mp, err := s.meterProvider()
	if err != nil {
		return err
	}
	if s.OTelPrebuilt, err = NewOTelPrebuilt(s.Bare, mp); err != nil {
		return err
	}
	if mp, err = s.meterProvider(); err != nil {
		return err
	}
	if s.OTelNaive, err = NewOTelNaive(s.Bare, mp, tp); err != nil {
		return err
	}
	s.BareSpan = NewBareSpan(s.Bare, tp)
	return nil
}

func (s *Stores) wrap(opts ...instrument.Option) (kvdb.Store, error) {
	reg := instrument.NewRegistry()
	if _, err := s.meterProvider(otelprom.WithProducer(reg.NewProducer())); err != nil {
		return nil, err
	}
	store, err := instrument.Wrap(s.Bare, append(opts, instrument.WithRegistry(reg))...)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, store.Close)
	return store, nil
}

func (s *Stores) meterProvider(opts ...otelprom.Option) (*sdkmetric.MeterProvider, error) {
	exporter, err := otelprom.New(append(opts, otelprom.WithRegisterer(prometheus.NewRegistry()))...)
	if err != nil {
		return nil, err
	}
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))
	s.closers = append(s.closers, func() error { return mp.Shutdown(context.Background()) })
	return mp, nil
}

// Close releases what the stores hold, the newest first. They must not be
// used any more.
func (s *Stores) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}
