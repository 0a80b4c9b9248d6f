package instrument_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// unsure is a core that panics when it is asked for its level.
type unsure struct{ zapcore.Core }

func (unsure) Enabled(zapcore.Level) bool          { panic("no level") }
func (u unsure) With([]zapcore.Field) zapcore.Core { return u }

// TestBadLogger: operations end as they do without a logger, whatever that does.
func TestBadLogger(t *testing.T) {
	failure := errors.New("the engine's own")
	for name, logger := range map[string]*zap.Logger{
		"fails":  testutil.NewBadLogger(t, "fails"),
		"panics": testutil.NewBadLogger(t, "panics"),
		"unsure": zap.New(unsure{zapcore.NewNopCore()}),
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range operationCalls(t) {
				h := newHarness(t, instrument.WithLogger(logger), instrument.WithLogOptions(instrument.LogOptions{Successes: true}))
				if err := c.call(t.Context(), h.Store, []byte("key"), []byte("value")); err != nil && !errors.Is(err, kvdb.ErrNotFound) {
					t.Errorf("%s: %v", c.name, err)
				}
				h.below.Inject(testutil.Errors(failure))
				if err := c.call(t.Context(), h.Store, []byte("key"), []byte("value")); !errors.Is(err, failure) {
					t.Errorf("%s: %v", c.name, err)
				}
				collected := h.collect()
				if n := collected.Sum("kvdb.errors"); n != 1 {
					t.Errorf("%s: %v errors are counted", c.name, n)
				}
				if lost := collected.Sum("kvdb.log.suppressed"); (lost > 0) != (name == "panics") {
					t.Errorf("%s: %v lines are suppressed", c.name, lost)
				}
			}
		})
	}
}

// A badProcessor panics where it is told to.
type badProcessor struct {
	sdktrace.SpanProcessor
	start, end bool
}

func (p badProcessor) OnStart(context.Context, sdktrace.ReadWriteSpan) {
	if p.start {
		panic("OnStart")
	}
}

func (p badProcessor) OnEnd(sdktrace.ReadOnlySpan) {
	if p.end {
		panic("OnEnd")
	}
}

func (badProcessor) Shutdown(context.Context) error { return nil }

// badSampler panics.
type badSampler struct{ sdktrace.Sampler }

func (badSampler) ShouldSample(sdktrace.SamplingParameters) sdktrace.SamplingResult { panic("sampler") }
func (badSampler) Description() string                                              { return "bad" }

// TestBadTracer: a sampler or a processor that panics costs spans.
func TestBadTracer(t *testing.T) {
	for name, traces := range map[string]*sdktrace.TracerProvider{
		"sampler": sdktrace.NewTracerProvider(sdktrace.WithSampler(badSampler{})),
		"start":   sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(badProcessor{start: true})),
		"end":     sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(badProcessor{end: true})),
	} {
		for _, late := range []bool{false, true} {
			h := newHarness(t, instrument.WithTracerProvider(traces), instrument.WithSlowThreshold(1),
				instrument.WithSpanOptions(instrument.SpanOptions{Roots: true, SlowOnly: late}))
			if err := h.Put(t.Context(), []byte("key"), nil); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			wantOne(t, h.collect(), "put", "ok", "")
			if lines := h.log.Lines(t); len(lines) != 1 || lines[0]["message"] != "operation slow" {
				t.Errorf("%s: logged %v", name, lines)
			}
		}
	}
}

// TestBadFilter: a filter of metrics that panics, and a selector, cost nothing.
func TestBadFilter(t *testing.T) {
	r := instrument.NewRegistry()
	p := r.NewProducer(
		instrument.WithMetricFilter(func(string) bool { panic("filter") }),
		instrument.WithTemporality(func(sdkmetric.InstrumentKind) metricdata.Temporality { panic("selector") }))
	s := wrap(t, testutil.NewFaulty(), instrument.WithRegistry(r))
	if err := s.Put(t.Context(), []byte("key"), nil); err != nil {
		t.Fatal(err)
	}
	if n := requests(t, p); n != 1 {
		t.Errorf("%v requests", n)
	}
}

// TestBadExemplars: what chooses exemplars in a MeterProvider may panic.
func TestBadExemplars(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader),
		sdkmetric.WithExemplarFilter(func(context.Context) bool { panic("exemplars") }))
	s := wrap(t, testutil.NewFaulty(), instrument.WithMeterProvider(provider))
	if err := s.Put(t.Context(), []byte("key"), nil); err != nil {
		t.Error(err)
	}
	if err := reader.Collect(t.Context(), new(metricdata.ResourceMetrics)); err != nil {
		t.Error(err)
	}
}

// TestCloseWaitsForNoCollection: the SDK holds its lock while it collects, and what
// a store registered can then not be taken back.
func TestCloseWaitsForNoCollection(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	hangs, collecting, collected := make(chan struct{}), make(chan struct{}), make(chan struct{})
	_, err := provider.Meter("somebody's").Int64ObservableGauge("hangs",
		metric.WithInt64Callback(func(context.Context, metric.Int64Observer) error {
			close(collecting)
			<-hangs
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	stores := make([]*instrument.Store, 66) // more than wait for readers once they are closed
	for i := range stores {
		s, err := instrument.Wrap(testutil.NewFaulty(), instrument.WithMeterProvider(provider), instrument.WithNamespace(string(rune('A'+i))))
		if err != nil {
			t.Fatal(err)
		}
		stores[i] = s
	}
	go func() {
		defer close(collected)
		_ = reader.Collect(context.Background(), new(metricdata.ResourceMetrics))
	}()
	<-collecting
	closed := make(chan error)
	go func() {
		var errs []error
		for _, s := range stores {
			errs = append(errs, s.Close())
		}
		closed <- errors.Join(errs...)
	}()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("Close waits for the collection")
		defer func() { <-closed }()
	}
	close(hangs)
	<-collected
}
