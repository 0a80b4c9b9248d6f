package otelsetup

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

// captureStderr runs f with another standard error and returns what f wrote to it.
func captureStderr(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = w
	defer func() { os.Stderr = stderr }()
	text := make(chan string)
	go func() {
		all, _ := io.ReadAll(r)
		text <- string(all)
	}()
	f()
	w.Close()
	return <-text
}

func TestConsole(t *testing.T) {
	setenv(t, map[string]string{"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "console", "OTEL_LOGS_EXPORTER": "console"})
	text := captureStderr(t, func() {
		tel, err := Start(t.Context(), WithLogWriter(io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		ctx, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "failing")
		span.SetStatus(codes.Error, "broken")
		tel.Logger().Warn("hello", Context(ctx))
		span.End()
		use(t, tel, "orders")
		if err := tel.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
	var span, child, record, requests, latency, quantiles bool
	for line := range strings.Lines(text) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		attrs, _ := v["attributes"].(map[string]any)
		span = span || v["span"] == "failing" && v["status"] == "Error" && v["status_message"] == "broken" && v["duration_ms"] != nil
		child = child || v["span"] == "put orders" && v["parent_span_id"] != nil && attrs["db.namespace"] == "orders"
		record = record || v["log"] == "hello" && v["severity"] == "warn" && v["trace_id"] != nil
		requests = requests || v["metric"] == "kvdb.requests" && v["value"] == 1.0 && attrs["kvdb.outcome"] == "ok"
		latency = latency || v["metric"] == "kvdb.request.latency" && v["count"] == 1.0 && v["unit"] == "s"
		quantiles = quantiles || v["metric"] == "kvdb.request.latency.quantiles" && v["quantiles"] != nil
	}
	if !span || !child || !record || !requests || !latency || !quantiles {
		t.Errorf("span %v, child %v, record %v, requests %v, latency %v, quantiles %v in\n%s", span, child, record, requests, latency, quantiles, text)
	}
}

func consoleOn(t *testing.T, w io.Writer) *console {
	out := linewriter.New(w, linewriter.Options{})
	t.Cleanup(func() { _ = out.Close(context.Background()) })
	return newConsole(out)
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
