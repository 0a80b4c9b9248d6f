package instrument_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// telemetry is a Telemetry that a program put together itself.
type telemetry struct {
	registry *instrument.Registry
	traces   trace.TracerProvider
	logger   *zap.Logger
}

func (t *telemetry) Registry() *instrument.Registry       { return t.registry }
func (t *telemetry) TracerProvider() trace.TracerProvider { return t.traces }
func (t *telemetry) Logger() *zap.Logger                  { return t.logger }

func TestWrapRefuses(t *testing.T) {
	good := instrument.WithRegistry(instrument.NewRegistry())
	store := kvdb.NewMemory(nil)
	nine := strings.Split("a b c d e f g h i", " ")
	for _, c := range []struct {
		name    string
		store   kvdb.Store
		options []instrument.Option
		want    []string // all in one message
	}{
		{"a nil store", nil, []instrument.Option{good}, []string{"the store is nil", "check the error"}},
		{"a typed nil store", (*kvdb.Memory)(nil), []instrument.Option{good}, []string{"the store is nil"}},
		{"a typed nil telemetry", store, []instrument.Option{instrument.WithTelemetry((*telemetry)(nil))}, []string{"WithTelemetry: the value is a nil *", "check the error"}},
		{"an empty telemetry", store, []instrument.Option{instrument.WithTelemetry(&telemetry{})}, []string{"Registry is nil", "NewRegistry"}},
		{"two places for metrics", store, []instrument.Option{good, instrument.WithMeterProvider(noop.NewMeterProvider())}, []string{"choose one"}},
		{"too many types", store, []instrument.Option{good, instrument.WithErrorClassifier(nil, nine...)}, []string{"9 types are more than 8"}},
		{"bad types", store, []instrument.Option{good, instrument.WithErrorClassifier(nil, "Upper", "", "a b", strings.Repeat("x", 41))},
			[]string{`"Upper" is not a type`, `"" is not a type`, `"a b" is not a type`, "xxx", "lower-case"}},
		{"a namespace of bytes", store, []instrument.Option{good, instrument.WithNamespace("\xff")}, []string{`"\xff" is not UTF-8`}},
		{"a bad attribute", store, []instrument.Option{good, instrument.WithAttributes(attribute.String("", "x"))}, []string{"not a valid attribute"}},
		{"an attribute of bytes", store, []instrument.Option{good, instrument.WithAttributes(attribute.String("tier", "\xff"))}, []string{`"tier"`}},
		{"a reserved attribute", store, []instrument.Option{good, instrument.WithAttributes(attribute.String("db.namespace", "x"))},
			[]string{`"db.namespace"`, "choose another key"}},
		{"an attribute with a reserved label", store, []instrument.Option{good, instrument.WithAttributes(attribute.String("kvdb_outcome", "x"))},
			[]string{`"kvdb_outcome" has the label of "kvdb.outcome"`}},
		{"an attribute twice", store, []instrument.Option{good, instrument.WithAttributes(attribute.String("my.tier", "x")), instrument.WithAttributes(attribute.String("my-tier", "y"))},
			[]string{`"my-tier" has the label of "my.tier"`}},
		{"no such operation", store, []instrument.Option{good, instrument.WithSlowThreshold(1, "get", "fetch")}, []string{"WithSlowThreshold", `"fetch"`}},
		{"a bad bound", store, []instrument.Option{instrument.WithRegistry(instrument.NewRegistry(instrument.WithDurationBounds(-1)))}, []string{"bound -1"}},
		{"everything at once", store, []instrument.Option{
			instrument.WithRegistry(instrument.NewRegistry(instrument.WithDurationBounds(-1))),
			instrument.WithErrorClassifier(nil, "Upper"),
			instrument.WithNamespace("\xff"),
			instrument.WithAttributes(attribute.String("db.namespace", "x"), attribute.String("tier", "\xff")),
			instrument.WithSlowThreshold(1, "fetch"),
		}, []string{`"Upper"`, `"\xff" is not UTF-8`, `"db.namespace"`, `"tier"`, `"fetch"`, "bound -1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := instrument.Wrap(c.store, c.options...)
			if err == nil || w != nil {
				t.Fatalf("Wrap = %v, %v, want an error", w, err)
			}
			if !strings.HasPrefix(err.Error(), "instrument: ") {
				t.Errorf("the error %q does not say whose it is", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error %q does not say %q", err, part)
				}
			}
		})
	}
	if err := store.Ping(t.Context()); err != nil {
		t.Errorf("the refused store is not as it was: %v", err)
	}
}

// Options for a part win over WithTelemetry, before it and after it.
func TestWithTelemetry(t *testing.T) {
	for _, order := range []string{"alone", "before", "after"} {
		t.Run(order, func(t *testing.T) {
			logger, log := testutil.NewLog(t, zapcore.InfoLevel)
			spans := tracetest.NewSpanRecorder()
			tel := &telemetry{instrument.NewRegistry(), sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)), logger}
			ownLogger, ownLog := testutil.NewLog(t, zapcore.InfoLevel)
			ownSpans := tracetest.NewSpanRecorder()
			own := []instrument.Option{
				instrument.WithRegistry(instrument.NewRegistry()),
				instrument.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(ownSpans))),
				instrument.WithLogger(ownLogger),
			}
			options := []instrument.Option{
				instrument.WithTelemetry(tel), instrument.WithTracerProvider(nil), instrument.WithLogger(nil), nil,
				instrument.WithSpanOptions(instrument.SpanOptions{Roots: true}),
			}
			switch order {
			case "before":
				options = append(own, options...)
			case "after":
				options = append(options, own...)
			}
			w := wrap(t, kvdb.NewMemory(nil), options...)
			_, _ = w.Get(t.Context(), nil)
			toTelemetry := 0.0
			if order == "alone" {
				toTelemetry = 1
			}
			for name, got := range map[string]float64{
				"requests": requests(t, tel.registry.NewProducer()), "spans": float64(len(spans.Ended())), "lines": float64(len(log.Lines(t))),
			} {
				if got != toTelemetry {
					t.Errorf("%v %s went to the Telemetry, want %v", got, name, toTelemetry)
				}
			}
			for name, got := range map[string]float64{"spans": float64(len(ownSpans.Ended())), "lines": float64(len(ownLog.Lines(t)))} {
				if got != 1-toTelemetry {
					t.Errorf("%v %s went to the options' own, want %v", got, name, 1-toTelemetry)
				}
			}
		})
	}
}

// Without a provider, spans go to the global one.
func TestGlobalTracerProvider(t *testing.T) {
	before := otel.GetTracerProvider()
	defer otel.SetTracerProvider(before)
	spans := tracetest.NewSpanRecorder()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	w := wrap(t, kvdb.NewMemory(nil), instrument.WithRegistry(instrument.NewRegistry()),
		instrument.WithSpanOptions(instrument.SpanOptions{Roots: true}))
	_, _ = w.Get(t.Context(), []byte("key"))
	if n := len(spans.Ended()); n != 1 {
		t.Errorf("%d spans, want 1", n)
	}
}

func TestNamesOfStores(t *testing.T) {
	for _, c := range []struct {
		name    string
		info    kvdb.Info
		options []instrument.Option
		want    map[string]string
	}{
		{"described", kvdb.Info{System: "pebble", Namespace: "users"}, nil,
			map[string]string{"db.system.name": "pebble", "db.namespace": "users"}},
		{"named", kvdb.Info{System: "pebble", Namespace: "users"}, []instrument.Option{instrument.WithNamespace("orders")},
			map[string]string{"db.system.name": "pebble", "db.namespace": "orders"}},
		{"not described", kvdb.Info{Port: 1}, nil, map[string]string{"db.system.name": "unknown", "db.namespace": "unknown"}},
		{"described with bytes", kvdb.Info{System: "a\xff", Namespace: "b\xff"}, nil,
			map[string]string{"db.system.name": "a\uFFFD", "db.namespace": "b\uFFFD"}},
		{"remote", kvdb.Info{System: "etcd", Namespace: "x", Remote: true, Address: "db.example", Port: 2379}, nil,
			map[string]string{"db.system.name": "etcd", "db.namespace": "x", "server.address": "db.example", "server.port": "2379"}},
		{"remote without a port", kvdb.Info{System: "etcd", Namespace: "x", Remote: true, Address: "/run/etcd"}, nil,
			map[string]string{"db.system.name": "etcd", "db.namespace": "x", "server.address": "/run/etcd"}},
		{"further attributes", kvdb.Info{System: "pebble", Namespace: "x"},
			[]instrument.Option{instrument.WithAttributes(attribute.String("tier", "hot")), instrument.WithAttributes(attribute.Int("shard", 7))},
			map[string]string{"db.system.name": "pebble", "db.namespace": "x", "tier": "hot", "shard": "7"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			below := testutil.NewFaulty()
			below.Info = c.info
			h := newHarnessOver(t, below, c.options...)
			equalMaps(t, "attribute", h.collect().Find("kvdb.in_flight")[0].Attributes, c.want)
			for _, s := range h.collect() {
				for k, v := range c.want {
					if s.Attributes[k] != v {
						t.Fatalf("%v has not %s=%s", s, k, v)
					}
				}
			}
		})
	}
}

// What the filter refuses is in no telemetry and works all the same.
func TestFilter(t *testing.T) {
	h := newHarness(t, instrument.WithSizes(), instrument.WithFilter(func(_ context.Context, operation string) bool { return operation == "ping" }))
	ctx, parent := h.sampled(t.Context())
	for _, c := range operationCalls(t) {
		if err := c.call(ctx, h.Store, []byte("key"), []byte("value")); err != nil && !errors.Is(err, kvdb.ErrNotFound) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	h.below.Inject(testutil.Panics("x"))
	for _, c := range operationCalls(t) {
		if c.operation != "ping" && recovered(func() { _ = c.call(ctx, h.Store, []byte("key"), nil) }) != "x" {
			t.Errorf("%s: the panic is gone", c.name)
		}
	}
	parent.End()
	for _, s := range h.collect() {
		if s.Value != 0 && s.Attributes["db.operation.name"] != "ping" && s.Name != "kvdb.stats.age" {
			t.Errorf("there is %v", s)
		}
	}
	if n := requests(t, h.producer); n != 1 {
		t.Errorf("%v requests, want the ping", n)
	}
	if spans, lines := h.ended(), h.log.Lines(t); len(spans) != 1 || len(lines) != 0 {
		t.Errorf("%d spans and %d lines, want the ping's span alone", len(spans), len(lines))
	}
}

// A Telemetry may lack what an option brings.
func TestWithPartialTelemetry(t *testing.T) {
	for name, options := range map[string][]instrument.Option{
		"before": {instrument.WithRegistry(instrument.NewRegistry()), instrument.WithTelemetry(&telemetry{})},
		"after":  {instrument.WithTelemetry(&telemetry{}), instrument.WithRegistry(instrument.NewRegistry())},
	} {
		w, err := instrument.Wrap(kvdb.NewMemory(nil), options...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = w.Close()
	}
}

// A nil provider is the default, as for spans and lines.
func TestNilMeterProviderIsTheDefault(t *testing.T) {
	for _, option := range []instrument.Option{nil, instrument.WithRegistry(instrument.NewRegistry())} {
		w, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithMeterProvider(nil), option)
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
	}
}
