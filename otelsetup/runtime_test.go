package otelsetup_test

import (
	"slices"
	"testing"

	dto "github.com/prometheus/client_model/go"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
)

// Every way out has the five bounds, or all.
func TestRuntimeBucketsOnEveryWay(t *testing.T) {
	for name, tt := range map[string]struct {
		options []otelsetup.Option
		few     bool
	}{"default": {nil, true}, "all": {[]otelsetup.Option{otelsetup.WithRuntimeBuckets()}, false}} {
		t.Run(name, func(t *testing.T) {
			var producer sdkmetric.Producer
			tel := start(t, append(tt.options, otelsetup.WithReader(nil, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
				producer = p
				return sdkmetric.NewManualReader(sdkmetric.WithProducer(p)), nil
			}))...)
			want := func(n int) bool { return n == len(catalog.GoScheduleDuration.Bounds) }
			buckets := pageOf(t, tel.MetricsHandler())["go_schedule_duration_seconds"].GetMetric()[0].GetHistogram().GetBucket()
			finite := slices.DeleteFunc(buckets, func(b *dto.Bucket) bool { return b.GetUpperBound() > 1e9 })
			if want(len(finite)) != tt.few {
				t.Errorf("%d buckets on the page", len(finite))
			}
			scopes, err := producer.Produce(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, scope := range scopes {
				for _, m := range scope.Metrics {
					if m.Name != catalog.GoScheduleDuration.Name {
						continue
					}
					if n := len(m.Data.(metricdata.Histogram[float64]).DataPoints[0].Bounds); want(n) != tt.few {
						t.Errorf("%d bounds for a reader", n)
					}
				}
			}
		})
	}
}
