package otelsetup_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// latin is text as it comes from a file name, a request or a database in another
// encoding.
const latin = "caf\xe9"

var latinAttribute = attribute.String("team", latin)

// otlpOverEach runs a test over each protocol.
func otlpOverEach(t *testing.T, test func(t *testing.T, b *backend, url string)) {
	for name, tt := range map[string]struct{ all, traces string }{
		"HTTP": {environment.HTTP, environment.HTTP},
		"JSON": {environment.HTTP, environment.HTTPJSON}, // which there is for traces only
		"gRPC": {environment.GRPC, environment.GRPC},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", tt.all)
			t.Setenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", tt.traces)
			b := new(backend)
			if tt.all == environment.GRPC {
				test(t, b, serveGRPC(t, b))
				return
			}
			test(t, b, serveHTTP(t, b))
		})
	}
}

// Text that is not UTF-8, wherever a program can put it, costs itself and not the
// export, at each of the exports.
func TestTextThatIsNotUTF8(t *testing.T) {
	otlpOverEach(t, func(t *testing.T, b *backend, url string) {
		var lines lockedBuffer
		tel := startLogging(t, otelsetup.WithLogWriter(&lines), otelsetup.WithOTLPEndpoint(url), otelsetup.WithServiceName(latin), otelsetup.WithResourceAttributes(latinAttribute))
		writeLatin(t, tel)
		for _, namespace := range []string{"orders", "users"} {
			use(t, tel, namespace)
			if err := tel.ForceFlush(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if lost := tel.Losses(); lost != (otelsetup.Losses{}) {
			t.Errorf("losses %+v", lost)
		}
		if spans, _, logs := b.got(); spans != 3+2*3 || logs != 4 {
			t.Errorf("%d spans and %d log records came", spans, logs)
		}
		if b.service != "caf\uFFFD" {
			t.Errorf("service %q", b.service)
		}
		points := make(map[string]int64)
		for _, p := range b.metric("visits").GetSum().GetDataPoints() {
			points[find(p.GetAttributes(), "team").GetStringValue()] += p.GetAsInt()
		}
		if len(points) != 2 || points["caf\uFFFD"] != 1 || points["tea"] != 2 {
			t.Errorf("points %v", points)
		}
		if !strings.Contains(string(b.bytes), "caf\uFFFD") {
			t.Error("nothing was mended")
		}
		page := pageOf(t, tel.MetricsHandler())["kvdb_export_mended_total"]
		for _, exporter := range []string{"span", "metric", "log"} {
			mended := 0.0
			for _, m := range page.GetMetric() {
				for _, l := range m.GetLabel() {
					if l.GetName() == "otel_component_type" && strings.Contains(l.GetValue(), exporter) {
						mended += m.GetCounter().GetValue()
					}
				}
			}
			if mended == 0 {
				t.Errorf("no mended %s in %v", exporter, page)
			}
		}
		if err := tel.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		for _, message := range []string{`"resource mended"`, `"records mended"`} {
			if !strings.Contains(lines.String(), message) {
				t.Errorf("there is no line %s in %s", message, lines.String())
			}
		}
	})
}

// writeLatin writes it to every place of every signal.
func writeLatin(t *testing.T, tel *otelsetup.Telemetry) {
	t.Helper()
	ctx := t.Context()
	meter := tel.MeterProvider().Meter(latin, metric.WithInstrumentationVersion(latin), metric.WithInstrumentationAttributes(latinAttribute))
	counter, err := meter.Int64Counter("visits", metric.WithUnit("{visit}"), metric.WithDescription(latin))
	if err != nil {
		t.Fatal(err)
	}
	tracer := tel.TracerProvider().Tracer(latin, trace.WithInstrumentationVersion(latin), trace.WithSchemaURL(latin))
	ctx, span := tracer.Start(ctx, latin, trace.WithAttributes(latinAttribute, attribute.StringSlice("list", []string{latin})))
	span.AddEvent(latin, trace.WithAttributes(attribute.String(latin, latin)))
	span.AddLink(trace.Link{SpanContext: span.SpanContext(), Attributes: []attribute.KeyValue{latinAttribute}})
	span.SetStatus(codes.Error, latin)
	counter.Add(ctx, 1, metric.WithAttributes(latinAttribute))
	counter.Add(ctx, 2, metric.WithAttributes(attribute.String("team", "tea")))
	defer span.End()

	tel.Logger().Named(latin).Info(latin, zap.String(latin, latin), zap.Any("map", map[string]string{latin: latin}), otelsetup.Context(ctx))
	var r log.Record
	r.SetEventName(latin)
	r.SetSeverityText(latin)
	r.SetBody(attribute.MapValue(latinAttribute))
	r.AddAttributes(latinAttribute)
	tel.LoggerProvider().Logger(latin, log.WithInstrumentationVersion(latin)).Emit(ctx, r)

	// The evidence of a slow operation is a path, as a rule.
	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel),
		instrument.WithSlowThreshold(time.Nanosecond),
		instrument.WithOnSlow(func(context.Context, instrument.SlowOperation) string { return "/tmp/" + latin + ".pprof" }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	for range 2 {
		if err := store.Put(ctx, []byte("key"), []byte(latin)); err != nil {
			t.Fatal(err)
		}
	}
}

// What is wrong with the environment is left out by a lenient Start, of what the
// SDK reads by itself, too.
func TestLenientWithTextThatIsNotUTF8(t *testing.T) {
	const list, name = "env=prod,team=caf%e9," + latin + "=x", latin
	b := new(backend)
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", list)
	t.Setenv("OTEL_SERVICE_NAME", name)
	var lines lockedBuffer
	tel := startLogging(t, otelsetup.WithLogWriter(&lines), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)), otelsetup.WithLenientEnvironment())
	if os.Getenv("OTEL_RESOURCE_ATTRIBUTES") != list || os.Getenv("OTEL_SERVICE_NAME") != name {
		t.Error("Start changed the environment")
	}
	emit(t, tel)
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if spans, metrics, logs := b.got(); spans != 3 || metrics == 0 || logs != 2 { // one of them is what is wrong
		t.Errorf("received %d spans, %d metrics, %d log records", spans, metrics, logs)
	}
	for _, text := range []string{"team", latin, "caf\uFFFD"} { // "caf" alone may be in an id
		if strings.Contains(string(b.bytes), text) {
			t.Errorf("%q was exported", text)
		}
	}
	if !strings.Contains(string(b.bytes), "prod") {
		t.Error("what is right in the environment is missing")
	}
	for _, part := range []string{"environment ignored", "OTEL_RESOURCE_ATTRIBUTES: ", "OTEL_SERVICE_NAME: "} {
		if !strings.Contains(lines.String(), part) {
			t.Errorf("the log does not say %q: %s", part, lines.String())
		}
	}
}
