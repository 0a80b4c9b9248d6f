package sanitize_test

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup/internal/sanitize"
)

// badAttr is what no receiver takes.
var badAttr = attribute.String("team", "caf\xe9")

func TestSpans(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	odd := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithResource(resource.NewSchemaless(badAttr)))
	tracer := provider.Tracer("test")
	span := func(tracer trace.Tracer, name string, edit func(trace.Span), opts ...trace.SpanStartOption) {
		_, s := tracer.Start(t.Context(), name, opts...)
		if edit != nil {
			edit(s)
		}
		s.End()
	}
	span(tracer, "clean", func(s trace.Span) {
		s.SetAttributes(attribute.String("k", "v"), attribute.Int("n", 1))
		s.AddEvent("event", trace.WithAttributes(attribute.String("k", "v")))
	})
	span(tracer, "name \xff", nil)
	span(tracer, "attribute", nil, trace.WithAttributes(attribute.String("k", "v"), badAttr))
	span(tracer, "status", func(s trace.Span) { s.SetStatus(codes.Error, "\xff") })
	span(tracer, "event", func(s trace.Span) { s.AddEvent("clean"); s.AddEvent("\xff") })
	span(tracer, "event's attribute", func(s trace.Span) { s.AddEvent("e", trace.WithAttributes(badAttr)) })
	span(tracer, "link", nil, trace.WithLinks(trace.Link{}, trace.Link{
		SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}}), Attributes: []attribute.KeyValue{badAttr},
	}))
	span(provider.Tracer("scope \xff"), "scope", nil)
	span(provider.Tracer("test", trace.WithInstrumentationVersion("\xff")), "version", nil)
	span(provider.Tracer("test", trace.WithInstrumentationAttributes(badAttr)), "scope's attribute", nil)
	span(odd.Tracer("test"), "resource", nil)

	all := recorder.Ended()
	good, mended := sanitize.Spans(all)
	if mended != len(all)-1 || len(good) != len(all) {
		t.Errorf("%d of %d mended, %d left", mended, len(all), len(good))
	}
	if again, mended := sanitize.Spans(good); mended != 0 || &again[0] != &good[0] {
		t.Errorf("%d mended once more", mended)
	}
	if good[0] != all[0] {
		t.Error("the clean span was copied")
	}
	for i, s := range good {
		if s.SpanContext().SpanID() != all[i].SpanContext().SpanID() || !s.EndTime().Equal(all[i].EndTime()) {
			t.Errorf("%s is another span now", s.Name())
		}
		if s.InstrumentationLibrary() != s.InstrumentationScope() { //nolint:staticcheck // it is still part of the interface
			t.Errorf("%s has two scopes", s.Name())
		}
	}
	if got := good[2].Attributes(); got[0] != attribute.String("k", "v") || got[1] != attribute.String("team", "caf\uFFFD") {
		t.Errorf("attributes %v", got)
	}
	if _, bad := sanitize.Text(all[1].Name()); !bad {
		t.Error("the argument was changed")
	}
	clean := all[:1]
	if n := testing.AllocsPerRun(100, func() { sanitize.Spans(clean) }); n > 0 {
		t.Errorf("%v allocations for clean spans", n)
	}
}

func TestRecords(t *testing.T) {
	var kept testutil.LogRecords
	provider := kept.Provider()
	emit := func(l log.Logger, edit func(*log.Record)) {
		var r log.Record
		r.SetBody(attribute.StringValue("clean"))
		r.AddAttributes(attribute.String("k", "v"))
		edit(&r)
		l.Emit(t.Context(), r)
	}
	clean := func(*log.Record) {}
	logger := provider.Logger("test")
	emit(logger, clean)
	emit(logger, func(r *log.Record) { r.SetBody(attribute.StringValue("\xff")) })
	emit(logger, func(r *log.Record) { r.SetBody(attribute.MapValue(badAttr)) })
	emit(logger, func(r *log.Record) { r.SetEventName("\xff") })
	emit(logger, func(r *log.Record) { r.SetSeverityText("\xff") })
	emit(provider.Logger("\xff"), clean)
	emit(logger, func(r *log.Record) { r.AddAttributes(badAttr) })
	emit(logger, clean)

	all := kept.Take()
	good, mended, leftOut := sanitize.Records(all)
	if mended != 5 || leftOut != 1 || len(good) != 7 {
		t.Errorf("%d mended, %d left out, %d left", mended, leftOut, len(good))
	}
	if again, mended, leftOut := sanitize.Records(good); mended+leftOut != 0 || &again[0] != &good[0] {
		t.Errorf("%d mended and %d left out once more", mended, leftOut)
	}
	if got := good[1].Body().AsString(); got != "\uFFFD" {
		t.Errorf("body %q", got)
	}
	if _, bad := sanitize.Text(all[1].Body().AsString()); !bad {
		t.Error("the argument was changed")
	}
	some := good[:1]
	if n := testing.AllocsPerRun(100, func() { sanitize.Records(some) }); n > 0 {
		t.Errorf("%v allocations for clean records", n)
	}
}

func TestLoggerProvider(t *testing.T) {
	var kept testutil.LogRecords
	provider := sanitize.LoggerProvider(kept.Provider())
	for _, l := range []log.Logger{
		provider.Logger("right", log.WithInstrumentationVersion("1"), log.WithInstrumentationAttributes(attribute.String("k", "v"))),
		provider.Logger("\xff", log.WithInstrumentationVersion("1"), log.WithSchemaURL("u"), log.WithInstrumentationAttributes(badAttr)),
	} {
		l.Emit(t.Context(), log.Record{})
	}
	all := kept.Take()
	if _, mended, leftOut := sanitize.Records(all); mended+leftOut != 0 {
		t.Errorf("%d mended, %d left out", mended, leftOut)
	}
	for i, name := range []string{"right", "\uFFFD"} {
		if s := all[i].InstrumentationScope(); s.Name != name || s.Version != "1" || s.Attributes.Len() != 1 {
			t.Errorf("scope %+v", s)
		}
	}
}
