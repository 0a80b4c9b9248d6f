package otelsetup_test

import (
	"context"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

// timesOf returns the times of a metric's points, in nanoseconds.
func timesOf(m *metricspb.Metric) (times []uint64) {
	for _, p := range m.GetGauge().GetDataPoints() {
		times = append(times, p.GetTimeUnixNano())
	}
	for _, p := range m.GetSum().GetDataPoints() {
		times = append(times, p.GetTimeUnixNano())
	}
	for _, p := range m.GetHistogram().GetDataPoints() {
		times = append(times, p.GetTimeUnixNano())
	}
	for _, p := range m.GetSummary().GetDataPoints() {
		times = append(times, p.GetTimeUnixNano())
	}
	return times
}

// The points of an export have one time, whoever they are from, and that of the
// next export is later by a millisecond at least, at Shutdown, too.
func TestExportsHaveOneTime(t *testing.T) {
	for _, preference := range []string{"cumulative", "delta"} {
		t.Run(preference, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", preference)
			b := new(backend)
			tel := start(t, otelsetup.WithOTLPEndpoint(serveHTTP(t, b)))
			use(t, tel, "orders")
			use(t, tel, "users")
			var last, seen uint64
			for i, export := range []func(context.Context) error{tel.ForceFlush, tel.ForceFlush, tel.ForceFlush, tel.Shutdown} {
				if err := export(t.Context()); err != nil {
					t.Fatal(err)
				}
				b.mu.Lock()
				metrics := b.metrics[seen:]
				seen += uint64(len(metrics))
				b.mu.Unlock()
				times := make(map[uint64]int)
				for _, m := range metrics {
					for _, at := range timesOf(m) {
						times[at]++
					}
				}
				if len(times) != 1 {
					t.Fatalf("export %d has points of %d times: %v", i, len(times), times)
				}
				for at := range times {
					if at/1e6 <= last/1e6 {
						t.Errorf("export %d is of %d, the one before it of %d", i, at, last)
					}
					last = at
				}
			}
		})
	}
}

// What a reader of the caller's gets through its producer has one time, too.
func TestReadersHaveOneTime(t *testing.T) {
	var producer sdkmetric.Producer
	tel := start(t, otelsetup.WithReader(nil, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
		producer = p
		return sdkmetric.NewManualReader(sdkmetric.WithProducer(p)), nil
	}))
	use(t, tel, "orders")
	var last int64
	for range 3 {
		scopes, err := producer.Produce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names, times := make(map[string]bool), make(map[int64]bool)
		for _, scope := range scopes {
			for _, m := range scope.Metrics {
				names[m.Name] = true
				points.Each(m.Data, func(p points.Point) { times[p.Time.UnixMilli()] = true })
			}
		}
		if !names["kvdb.requests"] || !names["go.schedule.duration"] {
			t.Errorf("metrics %v", names)
		}
		if len(times) != 1 || times[last] {
			t.Errorf("times %v after %d", times, last)
		}
		for at := range times {
			last = at
		}
	}
}
