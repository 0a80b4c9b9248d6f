package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/semconv/v1.43.0/otelconv"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// series lists the values of all sums by name and attributes.
func series(t *testing.T, r sdkmetric.Reader) []string {
	t.Helper()
	var rm metricdata.ResourceMetrics
	if err := r.Collect(t.Context(), &rm); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
				var attrs []string
				for _, a := range p.Attributes.ToSlice() {
					if a.Key != "otel.component.type" {
						attrs = append(attrs, a.Value.String())
					}
				}
				lines = append(lines, fmt.Sprintf("%s{%s} %d", m.Name, strings.Join(attrs, " "), p.Value))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func TestRegister(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test")
	p := pipes["logs"](receiver{answer: func(context.Context, int) error { return errors.New("down") }})
	if err := Register(meter, LogRecords, "otlp_http_log_exporter", 0, p.ledger); err != nil {
		t.Fatal(err)
	}
	p.writeN(10)
	_ = p.flush(t.Context())
	p.writeN(queue)
	_ = p.shutdown(t.Context())
	p.write()

	got := series(t, reader)
	for _, want := range []string{
		"otel.sdk.exporter.log.exported{otlp_http_log_exporter/0} 0",
		"otel.sdk.exporter.log.exported{_OTHER otlp_http_log_exporter/0} 74",
		"otel.sdk.exporter.log.exported{timeout otlp_http_log_exporter/0} 0",
		"otel.sdk.exporter.log.inflight{otlp_http_log_exporter/0} 0",
		"otel.sdk.processor.log.processed{batching_log_processor/0} 74",
		"otel.sdk.processor.log.processed{queue_full batching_log_processor/0} 0",
		"otel.sdk.processor.log.queue.capacity{batching_log_processor/0} 64",
		"otel.sdk.processor.log.queue.size{batching_log_processor/0} 0",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// The names and units are those of the conventions.
func TestNames(t *testing.T) {
	type convention interface {
		Name() string
		Unit() string
	}
	reader := sdkmetric.NewManualReader()
	meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test")
	for i, s := range []Signal{Spans, LogRecords, DataPoints} {
		if err := Register(meter, s, "x", i, New(1)); err != nil {
			t.Fatal(err)
		}
	}
	var rm metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &rm); err != nil {
		t.Fatal(err)
	}
	units := make(map[string]string)
	for _, m := range rm.ScopeMetrics[0].Metrics {
		units[m.Name] = m.Unit
	}
	if unit := units["kvdb.export.mended"]; unit != "{record}" {
		t.Errorf("unit %q", unit)
	}
	delete(units, "kvdb.export.mended") // the one that no convention has
	conventions := []convention{
		otelconv.SDKExporterSpanExported{}, otelconv.SDKExporterSpanInflight{},
		otelconv.SDKExporterLogExported{}, otelconv.SDKExporterLogInflight{},
		otelconv.SDKExporterMetricDataPointExported{}, otelconv.SDKExporterMetricDataPointInflight{},
		otelconv.SDKProcessorSpanProcessed{}, otelconv.SDKProcessorSpanQueueSize{}, otelconv.SDKProcessorSpanQueueCapacity{},
		otelconv.SDKProcessorLogProcessed{}, otelconv.SDKProcessorLogQueueSize{}, otelconv.SDKProcessorLogQueueCapacity{},
	}
	if len(units) != len(conventions) {
		t.Errorf("%d metrics, %d conventions: %v", len(units), len(conventions), units)
	}
	for _, c := range conventions {
		if units[c.Name()] != c.Unit() {
			t.Errorf("%s has unit %q, want %q", c.Name(), units[c.Name()], c.Unit())
		}
	}
}
