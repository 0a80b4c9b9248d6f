package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// atStart remembers the attributes that spans start with, for a sampler to see.
type atStart struct {
	sdktrace.SpanProcessor
	attributes map[string]map[string]string // by span name
}

func (a *atStart) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	a.attributes[s.Name()] = testutil.Attributes(s.Attributes())
}
func (a *atStart) OnEnd(sdktrace.ReadOnlySpan)      {}
func (a *atStart) Shutdown(context.Context) error   { return nil }
func (a *atStart) ForceFlush(context.Context) error { return nil }

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		info kvdb.Info
		kind trace.SpanKind
		want map[string]string
	}{
		{kvdb.Info{System: "memory", Namespace: "users"}, trace.SpanKindInternal, map[string]string{
			"db.system.name": "memory", "db.namespace": "users",
		}},
		{kvdb.Info{System: "redis", Namespace: "users", Remote: true, Address: "db.example", Port: 6379}, trace.SpanKindClient, map[string]string{
			"db.system.name": "redis", "db.namespace": "users", "server.address": "db.example", "server.port": "6379",
		}},
	} {
		for _, o := range operationCalls(t) {
			t.Run(c.info.System+"/"+o.name, func(t *testing.T) {
				below := testutil.NewFaulty()
				below.Info = c.info
				h := newHarnessOver(t, below, instrument.WithAttributes(attribute.String("tier", "hot")))
				start := &atStart{attributes: make(map[string]map[string]string)}
				h.traces.RegisterSpanProcessor(start)
				ctx, parent := h.sampled(t.Context())
				_ = o.call(ctx, h.Store, []byte("key"), []byte("value"))
				parent.End()
				spans := h.ended()
				if len(spans) != 1 {
					t.Fatalf("%d spans, want one", len(spans))
				}
				s := spans[0]
				if want := o.operation + " users"; s.Name() != want {
					t.Errorf("the name is %q, want %q", s.Name(), want)
				}
				if s.SpanKind() != c.kind {
					t.Errorf("the kind is %v, want %v", s.SpanKind(), c.kind)
				}
				if s.Parent().SpanID() != parent.SpanContext().SpanID() {
					t.Error("it is no child of its parent")
				}
				if s.Status().Code != codes.Unset || len(s.Events()) > 0 {
					t.Errorf("status %v, events %v, want none", s.Status(), s.Events())
				}
				want := map[string]string{"db.operation.name": o.operation, "tier": "hot"}
				for k, v := range c.want {
					want[k] = v
				}
				if strings.HasPrefix(o.operation, "BATCH") {
					want["db.operation.batch.size"] = "2"
				}
				equalMaps(t, "attribute at start", start.attributes[s.Name()], want)
				equalMaps(t, "attribute", testutil.Attributes(s.Attributes()), want)
			})
		}
	}
}

func TestSpanStatus(t *testing.T) {
	for _, c := range []struct {
		err       error
		errorType string
	}{
		{nil, ""}, {kvdb.ErrNotFound, ""}, {context.Canceled, ""},
		{kvdb.ErrUnavailable, "unavailable"}, {kvdb.ErrConflict, "conflict"}, {errors.New("x"), "_OTHER"},
	} {
		h := newHarness(t)
		h.below.Inject(testutil.Errors(c.err))
		ctx, parent := h.sampled(t.Context())
		_ = h.Put(ctx, []byte("key"), nil)
		parent.End()
		s := h.ended()[0]
		code := codes.Unset
		if c.errorType != "" {
			code = codes.Error
		}
		if s.Status().Code != code || s.Status().Description != c.errorType {
			t.Errorf("%v: status %v, want %v %q", c.err, s.Status(), code, c.errorType)
		}
		if got := testutil.Attributes(s.Attributes())["error.type"]; got != c.errorType {
			t.Errorf("%v: error.type is %q, want %q", c.err, got, c.errorType)
		}
		if len(s.Events()) > 0 {
			t.Errorf("%v: events %v, want none", c.err, s.Events())
		}
	}
}

func TestSpanOfPanic(t *testing.T) {
	h := newHarness(t)
	h.below.Inject(testutil.Panics("x"))
	ctx, parent := h.sampled(t.Context())
	recovered(func() { _, _ = h.Get(ctx, []byte("key")) })
	parent.End()
	if s := h.ended()[0]; s.Status().Code != codes.Error || s.Status().Description != "panic" {
		t.Errorf("status %v, want Error panic", s.Status())
	}
}

// Which parents get a child.
func TestSpanParents(t *testing.T) {
	remote := func(flags trace.TraceFlags) context.Context {
		return trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: flags,
		}))
	}
	unsampled, span := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())).Tracer("test").Start(context.Background(), "parent")
	defer span.End()
	local := func(h *harness) context.Context {
		ctx, parent := h.sampled(context.Background())
		t.Cleanup(func() { parent.End() })
		return ctx
	}
	over := func(h *harness) context.Context {
		ctx, parent := h.sampled(context.Background())
		parent.End()
		return ctx
	}
	always := func(ctx context.Context) func(*harness) context.Context {
		return func(*harness) context.Context { return ctx }
	}
	for _, c := range []struct {
		name    string
		ctx     func(*harness) context.Context
		options instrument.SpanOptions
		spans   int
	}{
		{"none", always(context.Background()), instrument.SpanOptions{}, 0},
		{"recording", local, instrument.SpanOptions{}, 1},
		{"ended", over, instrument.SpanOptions{}, 0},
		{"unsampled", always(unsampled), instrument.SpanOptions{}, 0},
		{"remote and sampled", always(remote(trace.FlagsSampled)), instrument.SpanOptions{}, 1},
		{"remote and unsampled", always(remote(0)), instrument.SpanOptions{}, 0},
		{"none, but roots", always(context.Background()), instrument.SpanOptions{Roots: true}, 1},
		{"recording, and roots", local, instrument.SpanOptions{Roots: true}, 1},
		{"remote and sampled, with events", always(remote(trace.FlagsSampled)), instrument.SpanOptions{ParentEvents: true}, 1},
		{"recording, with events", local, instrument.SpanOptions{ParentEvents: true}, 0},
		{"refused", local, instrument.SpanOptions{Filter: func(_ context.Context, o string) bool { return o != "get" }}, 0},
		{"not refused", local, instrument.SpanOptions{Filter: func(_ context.Context, o string) bool { return o == "get" }}, 1},
		{"slow only", local, instrument.SpanOptions{SlowOnly: true}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, instrument.WithSpanOptions(c.options))
			ctx := c.ctx(h)
			_, _ = h.Get(ctx, []byte("key"))
			spans := h.ended()
			if len(spans) != c.spans {
				t.Fatalf("%d spans, want %d", len(spans), c.spans)
			}
			if n := requests(t, h.producer); n != 1 {
				t.Errorf("%v requests, want 1 whatever the spans", n)
			}
			if parent := trace.SpanContextFromContext(ctx); len(spans) > 0 && parent.IsValid() && spans[0].SpanContext().TraceID() != parent.TraceID() {
				t.Error("the span is in another trace")
			}
		})
	}
}

// The engine runs with the operation's own span in its context.
func TestSpanInContext(t *testing.T) {
	h := newHarness(t)
	var inside trace.SpanContext
	h.below.Inject(func(ctx context.Context, _ string) error {
		inside = trace.SpanContextFromContext(ctx)
		return nil
	})
	ctx, parent := h.sampled(t.Context())
	defer parent.End()
	for _, c := range operationCalls(t) {
		before := len(h.ended())
		_ = c.call(ctx, h.Store, []byte("key"), []byte("value"))
		spans := h.ended()
		switch {
		case len(spans) != before+1:
			t.Errorf("%s: %d spans, want one", c.name, len(spans)-before)
		case c.operation != "view" && c.operation != "update" && !inside.Equal(spans[before].SpanContext()):
			t.Errorf("%s: the engine runs in span %v, want the operation's own", c.name, inside.SpanID())
		}
	}
}

func TestParentEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, instrument.WithSpanOptions(instrument.SpanOptions{ParentEvents: true}))
		defer h.Close()
		ctx, parent := h.sampled(t.Context())
		start := time.Now()
		h.below.Inject(testutil.Latency(2 * time.Millisecond))
		_, _ = h.Get(ctx, []byte("key"))
		h.below.Inject(testutil.Errors(kvdb.ErrUnavailable))
		_ = h.Put(ctx, []byte("key"), nil)
		parent.End()
		lines := testutil.SpanLines(h.spans.Ended(), start)[1:]
		attrs := ` db.system.name="memory" db.namespace="memory" db.operation.name=`
		want := []string{
			`  event "get memory" at 2ms` + attrs + `"get" kvdb.duration="0.002"`,
			`  event "put memory" at 2ms` + attrs + `"put" error.type="unavailable" kvdb.duration="0"`,
		}
		if fmt.Sprint(lines) != fmt.Sprint(want) {
			t.Errorf("events\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
		if c := parent.(sdktrace.ReadOnlySpan).Status().Code; c != codes.Unset {
			t.Errorf("the parent has the status %v", c)
		}
		for _, s := range h.collect() {
			if s.Exemplar != "" && !strings.Contains(s.Exemplar, parent.SpanContext().SpanID().String()) {
				t.Errorf("%v names no span that was exported", s)
			}
		}
	})
}

func TestSlowOnly(t *testing.T) {
	for _, events := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t, instrument.WithSpanOptions(instrument.SpanOptions{SlowOnly: true, ParentEvents: events}))
			defer h.Close()
			ctx, parent := h.sampled(t.Context())
			begin := time.Now()
			for _, d := range []time.Duration{time.Millisecond, 100*time.Millisecond - 1, 100 * time.Millisecond} {
				h.below.Inject(testutil.Latency(d))
				_, _ = h.Get(ctx, []byte("key"))
			}
			parent.End()
			spans, got := h.ended(), len(parent.(sdktrace.ReadOnlySpan).Events())
			if events {
				if len(spans) != 0 || got != 1 {
					t.Errorf("%d spans and %d events, want only one event", len(spans), got)
				}
				return
			}
			if len(spans) != 1 || got != 0 {
				t.Fatalf("%d spans and %d events, want one span", len(spans), got)
			}
			s := spans[0]
			if from, to := s.StartTime().Sub(begin), s.EndTime().Sub(begin); to-from != 100*time.Millisecond || from != 101*time.Millisecond-1 {
				t.Errorf("the span is from %v to %v", from, to)
			}
			if s.Parent().SpanID() != parent.SpanContext().SpanID() {
				t.Error("the span is no child of its parent")
			}
		})
	}
}

// Span, metric and log line tell the same duration, and the exemplar names the
// operation's own span.
func TestSignalsAgree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, instrument.WithLogOptions(instrument.LogOptions{Successes: true}))
		defer h.Close()
		ctx, parent := h.sampled(t.Context())
		const d = 1234567 * time.Nanosecond
		h.below.Inject(testutil.Latency(d))
		_, _ = h.Get(ctx, []byte("key"))
		parent.End()
		s := h.ended()[0]
		if got := s.EndTime().Sub(s.StartTime()); got != d {
			t.Errorf("the span lasts %v, want %v", got, d)
		}
		collected := h.collect()
		if got := collected.Sum("db.client.operation.duration_sum"); got != d.Seconds() {
			t.Errorf("the metric says %v, want %v", got, d.Seconds())
		}
		line := h.log.Lines(t)[0]
		if got := line["duration_ms"]; got != 1.234567 {
			t.Errorf("the line says %v ms", got)
		}
		if line["span_id"] != s.SpanContext().SpanID().String() || line["trace_id"] != s.SpanContext().TraceID().String() || line["trace_flags"] != "01" {
			t.Errorf("the line names span %v of trace %v, want the operation's own", line["span_id"], line["trace_id"])
		}
		found := false
		for _, x := range collected {
			if x.Exemplar != "" {
				found = strings.Contains(x.Exemplar, s.SpanContext().SpanID().String()) && strings.Contains(x.Exemplar, s.SpanContext().TraceID().String())
			}
		}
		if !found {
			t.Error("no exemplar names the operation's own span")
		}
	})
}

// A span that is recorded but not sampled is never exported, so no exemplar
// names it.
func TestNoExemplarOfUnsampledSpan(t *testing.T) {
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(recordOnly{}))
	h := newHarness(t, instrument.WithTracerProvider(provider))
	ctx, parent := provider.Tracer("test").Start(t.Context(), "parent")
	_, _ = h.Get(ctx, []byte("key"))
	parent.End()
	for _, s := range h.collect() {
		if s.Exemplar != "" {
			t.Errorf("%v names a span that nobody has", s)
		}
	}
}

type recordOnly struct{}

func (recordOnly) ShouldSample(sdktrace.SamplingParameters) sdktrace.SamplingResult {
	return sdktrace.SamplingResult{Decision: sdktrace.RecordOnly}
}
func (recordOnly) Description() string { return "record only" }
