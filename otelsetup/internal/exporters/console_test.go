package exporters

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

func consoleOn(t *testing.T, w io.Writer) *console {
	out := linewriter.New(w, linewriter.Options{})
	t.Cleanup(func() { _ = out.Close(context.Background()) })
	return &console{out}
}

func TestConsoleMetrics(t *testing.T) {
	var out strings.Builder
	c := consoleOn(t, &out).metrics()
	attrs := attribute.NewSet(attribute.String("a", "b"))
	err := c.Export(context.Background(), &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{
		{Name: "gauge", Unit: "1", Data: metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{{Attributes: attrs, Value: math.NaN()}, {Value: 0.5}}}},
		{Name: "gauge.int", Data: metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Value: 3}}}},
		{Name: "sum", Data: metricdata.Sum[float64]{DataPoints: []metricdata.DataPoint[float64]{{Value: 1.5}}}},
		{Name: "histogram", Data: metricdata.Histogram[int64]{DataPoints: []metricdata.HistogramDataPoint[int64]{{Count: 2, Sum: 7}}}},
		{Name: "other", Data: metricdata.ExponentialHistogram[int64]{}},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"metric":"gauge","unit":"1","attributes":{"a":"b"},"value":"NaN"}
{"metric":"gauge","unit":"1","value":0.5}
{"metric":"gauge.int","value":3}
{"metric":"sum","value":1.5}
{"metric":"histogram","count":2,"sum":7}
`
	if out.String() != want {
		t.Errorf("lines\n%swant\n%s", out.String(), want)
	}
	if c.Temporality(sdkmetric.InstrumentKindCounter) != metricdata.CumulativeTemporality || c.Aggregation(sdkmetric.InstrumentKindCounter) == nil {
		t.Error("not what Prometheus gets")
	}
	if err := errors.Join(c.ForceFlush(t.Context()), c.Shutdown(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestConsoleTellsItsErrors(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	if err := consoleOn(t, w).writeLine("x"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
	if err := consoleOn(t, io.Discard).writeLine(make(chan int)); err == nil {
		t.Error("no error for what JSON has no form for")
	}
}

func TestConsoleSpans(t *testing.T) {
	var out strings.Builder
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(consoleOn(t, &out).spans()))
	ctx, parent := provider.Tracer("test").Start(t.Context(), "parent")
	_, span := provider.Tracer("test").Start(ctx, "child")
	span.SetAttributes(attribute.Int("n", 3))
	span.SetStatus(codes.Error, "broken")
	span.End()
	parent.End()
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	child, root := parseLines(t, out.String())
	if child["span"] != "child" || child["parent_span_id"] != parent.SpanContext().SpanID().String() || child["status"] != "Error" ||
		child["status_message"] != "broken" || child["kind"] != "internal" || child["attributes"].(map[string]any)["n"] != 3.0 {
		t.Errorf("line %v", child)
	}
	if root["span"] != "parent" || root["parent_span_id"] != nil || root["attributes"] != nil || root["trace_id"] != child["trace_id"] {
		t.Errorf("line %v", root)
	}
}

func TestConsoleLogs(t *testing.T) {
	var out strings.Builder
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(consoleOn(t, &out).logs())))
	ctx, span := sdktrace.NewTracerProvider().Tracer("test").Start(t.Context(), "request")
	var r log.Record
	r.SetBody(attribute.StringValue("hello"))
	r.SetSeverityText("warn")
	r.AddAttributes(attribute.Int("n", 3))
	provider.Logger("test").Emit(ctx, r)
	provider.Logger("test").Emit(context.Background(), log.Record{})
	with, without := parseLines(t, out.String())
	if with["log"] != "hello" || with["severity"] != "warn" || with["span_id"] != span.SpanContext().SpanID().String() || with["attributes"] == nil {
		t.Errorf("line %v", with)
	}
	if without["trace_id"] != nil || without["attributes"] != nil {
		t.Errorf("line %v", without)
	}
}

func TestConsoleSummary(t *testing.T) {
	var out strings.Builder
	err := consoleOn(t, &out).metrics().Export(t.Context(), &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{
		{Name: "summary", Data: metricdata.Summary{DataPoints: []metricdata.SummaryDataPoint{{
			Count: 2, Sum: 7, QuantileValues: []metricdata.QuantileValue{{Quantile: 0.5, Value: math.Inf(1)}},
		}}}},
	}}}})
	if want := `{"metric":"summary","count":2,"sum":7,"quantiles":{"0.5":"+Inf"}}` + "\n"; err != nil || out.String() != want {
		t.Errorf("error %v, line %s", err, out.String())
	}
}

// parseLines returns the two lines that there are.
func parseLines(t *testing.T, text string) (first, second map[string]any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if err := errors.Join(d.Decode(&first), d.Decode(&second)); err != nil || d.More() {
		t.Fatalf("error %v in %s", err, text)
	}
	return first, second
}
