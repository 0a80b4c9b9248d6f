package instrument_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// What is nil or zero does nothing, and harms nobody. The operations of a store are
// the exception: without a store below there is nothing that they could do.
func TestNilReceivers(t *testing.T) {
	for _, receiver := range []any{
		(*instrument.Operation)(nil), new(instrument.Operation), (*instrument.Call)(nil), new(instrument.Call),
		new(instrument.Operation).Call(), (*instrument.Operation)(nil).Call(),
		(*instrument.Recorder)(nil), new(instrument.Recorder), (*instrument.Registry)(nil), new(instrument.Registry),
		(*instrument.Producer)(nil), new(instrument.Producer), (*instrument.Store)(nil), new(instrument.Store),
		new(instrument.Registry).NewProducer(), (*instrument.Registry)(nil).NewProducer(nil), instrument.NewRegistry(nil),
	} {
		testutil.CallNil(t, receiver, "Get", "Put", "Delete")
	}
	if s, ok := kvdb.As[kvdb.Scanner]((*instrument.Store)(nil)); ok {
		t.Errorf("a nil store has %v", s)
	}
}

// A call without a record is made as ever, and a panic goes on.
func TestNilCall(t *testing.T) {
	for _, c := range []*instrument.Call{nil, {}, new(instrument.Operation).Call(), (*instrument.Recorder)(nil).Operation("get").Call()} {
		got, err := instrument.Do(t.Context(), c, func(context.Context) (int, error) { return 1, kvdb.ErrTimeout })
		if got != 1 || err != kvdb.ErrTimeout {
			t.Errorf("Do returns %v, %v", got, err)
		}
		if got, ok := instrument.Lookup(c, func() (int, bool) { return 1, true }); got != 1 || !ok {
			t.Errorf("Lookup returns %v, %v", got, ok)
		}
		p := recovered(func() {
			defer c.End(nil)
			c.Begin(t.Context())
			panic("x")
		})
		if p != "x" {
			t.Errorf("the panic became %v", p)
		}
	}
}

// An option with nil is as none, wherever that makes sense. A nil pointer in an
// interface is the mistake of somebody who did not look at an error.
func TestNilOptions(t *testing.T) {
	registry := instrument.WithRegistry(instrument.NewRegistry())
	for name, tc := range map[string]struct {
		option  instrument.Option
		refused string
	}{
		"nil":                             {nil, ""},
		"WithTelemetry":                   {instrument.WithTelemetry(nil), ""},
		"WithTelemetry, a pointer":        {instrument.WithTelemetry((*telemetry)(nil)), "WithTelemetry: the value is a nil *instrument_test.telemetry"},
		"WithTelemetry, its tracer":       {instrument.WithTelemetry(tracerOnly{(*sdktrace.TracerProvider)(nil)}), "WithTelemetry: the value is a nil *trace.TracerProvider"},
		"WithRegistry":                    {instrument.WithRegistry(nil), ""},
		"WithRegistry, zero":              {instrument.WithRegistry(new(instrument.Registry)), "NewRegistry"},
		"WithMeterProvider":               {instrument.WithMeterProvider(nil), ""},
		"WithMeterProvider, a pointer":    {instrument.WithMeterProvider((*sdkmetric.MeterProvider)(nil)), "WithMeterProvider: the value is a nil"},
		"WithTracerProvider":              {instrument.WithTracerProvider(nil), ""},
		"WithTracerProvider, a pointer":   {instrument.WithTracerProvider((*sdktrace.TracerProvider)(nil)), "WithTracerProvider: the value is a nil"},
		"WithLogger":                      {instrument.WithLogger(nil), ""},
		"WithSlog":                        {instrument.WithSlog(nil), ""},
		"WithSlog, a pointer":             {instrument.WithSlog((*slog.TextHandler)(nil)), "WithSlog: the value is a nil *slog.TextHandler"},
		"WithAttributes":                  {instrument.WithAttributes(), ""},
		"WithFilter":                      {instrument.WithFilter(nil), ""},
		"WithErrorClassifier":             {instrument.WithErrorClassifier(nil), ""},
		"WithErrorClassifier, with types": {instrument.WithErrorClassifier(nil, "own"), ""},
		"WithNotFound":                    {instrument.WithNotFound(nil, (*kvdb.Error)(nil)), ""},
		"WithOnSlow":                      {instrument.WithOnSlow(nil), ""},
		"WithSlowThreshold":               {instrument.WithSlowThreshold(1, []string(nil)...), ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := instrument.Wrap(testutil.NewFaulty(), registry, tc.option)
			if tc.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tc.refused) {
					t.Errorf("the error is %v, want %q", err, tc.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range operationCalls(t) {
				_ = c.call(t.Context(), w, []byte("key"), []byte("value"))
			}
			if n := w.Totals().Succeeded; n == 0 {
				t.Error("nothing was recorded")
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	for name, call := range map[string]func() error{
		"Wrap":             func() error { _, err := instrument.Wrap(nil, registry); return err },
		"CountConnections": func() error { _, err := instrument.CountConnections(nil, registry); return err },
		"a nil listener":   func() error { _, err := instrument.CountConnections((*net.TCPListener)(nil), registry); return err },
		"NewRecorder":      func() error { _, err := instrument.NewRecorder(kvdb.Info{}, nil, registry); return err },
	} {
		if err := call(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p := instrument.NewRegistry().NewProducer(nil, instrument.WithTemporality(nil), instrument.WithMetricFilter(nil))
	if _, err := p.Produce(context.Background()); err != nil {
		t.Error(err)
	}
}

// tracerOnly is a Telemetry whose logger is nil, which means no lines.
type tracerOnly struct{ provider trace.TracerProvider }

func (t tracerOnly) Registry() *instrument.Registry       { return instrument.NewRegistry() }
func (t tracerOnly) TracerProvider() trace.TracerProvider { return t.provider }
func (t tracerOnly) Logger() *zap.Logger                  { return nil }
