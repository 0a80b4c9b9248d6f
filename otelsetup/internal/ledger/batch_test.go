package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// emitters write so many records of a signal, one of them with the attribute.
var emitters = map[string]func(t *testing.T, l *Ledger, r receiver, n int, odd attribute.KeyValue) error{
	"spans": func(t *testing.T, l *Ledger, r receiver, n int, odd attribute.KeyValue) error {
		p := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(NewSpanProcessor(l, r.spans())))
		for i := range n {
			_, span := p.Tracer("test").Start(t.Context(), "s", trace.WithAttributes(attrsOf(i, odd)...))
			span.End()
		}
		return p.Shutdown(t.Context())
	},
	"logs": func(t *testing.T, l *Ledger, r receiver, n int, odd attribute.KeyValue) error {
		p := sdklog.NewLoggerProvider(sdklog.WithProcessor(NewLogProcessor(l, r.logs())))
		for i := range n {
			var record log.Record
			record.AddAttributes(attrsOf(i, odd)...)
			p.Logger("test").Emit(t.Context(), record)
		}
		return p.Shutdown(t.Context())
	},
	"metrics": func(t *testing.T, l *Ledger, r receiver, n int, odd attribute.KeyValue) error {
		p := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(NewMetricExporter(l, r.metrics()))))
		for i := range n {
			c, err := p.Meter("test").Int64Counter(fmt.Sprint("c", i/7))
			if err != nil {
				t.Fatal(err)
			}
			c.Add(t.Context(), 1, metric.WithAttributes(attrsOf(i, odd)...))
		}
		return p.Shutdown(t.Context())
	},
}

func attrsOf(i int, odd attribute.KeyValue) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.Int("i", i)}
	if i == 50 {
		attrs = append(attrs, odd)
	}
	return attrs
}

func eachSignal(t *testing.T, test func(t *testing.T, emit func(*testing.T, *Ledger, receiver, int, attribute.KeyValue) error)) {
	for name, emit := range emitters {
		t.Run(name, func(t *testing.T) { test(t, emit) })
	}
}

// A request that is too large is sent in halves, and one record that is too large
// by itself is given up alone.
func TestTooLarge(t *testing.T) {
	const many = 200
	huge := attribute.String("huge", strings.Repeat("x", 1000))
	for name, tt := range map[string]struct {
		err                       string
		limit                     int // records of a request
		fits                      bool
		delivered, most, requests int
	}{
		"one record":    {"failed to send to http://h: 413 Request Entity Too Large (body: (empty))", many, false, many - 1, many, 2*8 + 1},
		"the Collector": {"400 Bad Request (body: http: request body too large)", many, false, many - 1, many, 2*8 + 1},
		"the batch":     {"rpc error: code = ResourceExhausted desc = grpc: received message larger than max (9 vs. 4)", 60, true, many, 50, 7},
		"everything":    {"request message too large: exceeded 1 bytes", 0, true, 0, 0, maxRequests + 8},
		"a quota":       {"rpc error: code = ResourceExhausted desc = quota", 0, true, 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			eachSignal(t, func(t *testing.T, emit func(*testing.T, *Ledger, receiver, int, attribute.KeyValue) error) {
				requests, most := 0, 0
				l := New(many)
				var lost int
				var told error
				l.Observe(func(records int, err error) { lost, told = records, err })
				_ = emit(t, l, receiver{inspect: func(_ context.Context, n int, text string) error {
					requests++
					if n > tt.limit || !tt.fits && strings.Contains(text, "xxx") {
						return errors.New(tt.err)
					}
					most = max(most, n)
					return nil
				}}, many, huge)
				if c, want := l.Counts(), (Counts{Delivered: uint64(tt.delivered), Failed: uint64(many - tt.delivered)}); c != want {
					t.Errorf("counts %+v, want %+v", c, want)
				}
				if requests > tt.requests || most > tt.most {
					t.Errorf("%d requests of up to %d, want %d of up to %d", requests, most, tt.requests, tt.most)
				}
				if lost != many-tt.delivered || (told == nil) != (lost == 0) {
					t.Errorf("told of %d: %v", lost, told)
				}
			})
		})
	}
}

func TestMended(t *testing.T) {
	eachSignal(t, func(t *testing.T, emit func(*testing.T, *Ledger, receiver, int, attribute.KeyValue) error) {
		l := New(100)
		told := 0
		l.ObserveMending(func(n int) { told += n })
		err := emit(t, l, receiver{inspect: func(_ context.Context, _ int, text string) error {
			if !strings.Contains(text, "caf\uFFFD") {
				return errors.New("string field contains invalid UTF-8")
			}
			return nil
		}}, 100, attribute.String("team", "caf\xe9"))
		if err != nil {
			t.Error(err)
		}
		if c, want := l.Counts(), (Counts{Delivered: 100}); c != want || l.Mended() != 1 || told != 1 {
			t.Errorf("counts %+v, %d mended, told of %d", c, l.Mended(), told)
		}
	})
}

// An exporter that panics costs its records, and not the program.
func TestPanickingExporter(t *testing.T) {
	eachSignal(t, func(t *testing.T, emit func(*testing.T, *Ledger, receiver, int, attribute.KeyValue) error) {
		l := New(100)
		err := emit(t, l, receiver{inspect: func(context.Context, int, string) error { panic("no idea") }}, 100, attribute.Int("a", 1))
		if err == nil || !strings.Contains(err.Error(), "no idea") {
			t.Errorf("error %v", err)
		}
		if c, want := l.Counts(), (Counts{Failed: 100}); c != want {
			t.Errorf("counts %+v, want %+v", c, want)
		}
	})
}
