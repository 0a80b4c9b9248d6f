package exposition

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A renderer is OpenTelemetry's exporter on a MeterProvider of its own, which has
// no instruments: it renders what it is given. The exporter remembers the
// description that a name had first, hence the generation of the names.
type renderer struct {
	exporter   prometheus.Collector
	scopes     []metricdata.ScopeMetrics
	generation int
}

func newRenderer() (*renderer, error) {
	var (
		r        renderer
		captured capture
	)
	exporter, err := otelprom.New(
		otelprom.WithRegisterer(&captured),
		otelprom.WithTranslationStrategy(translation),
		otelprom.WithoutScopeInfo(),
		otelprom.WithoutTargetInfo(),
		otelprom.WithProducer(&r),
	)
	if err != nil {
		return nil, err
	}
	sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))
	r.exporter = captured.collector
	return &r, nil
}

// render is for one caller at a time.
func (r *renderer) render(ch chan<- prometheus.Metric, scopes []metricdata.ScopeMetrics) {
	r.scopes = scopes
	r.exporter.Collect(ch)
	r.scopes = nil
}

// Produce implements sdkmetric.Producer. The exporter calls it within Collect.
func (r *renderer) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	return r.scopes, nil
}

// capture is a registerer that keeps the collector it is given. The exporter
// registers by itself, and for good.
type capture struct{ collector prometheus.Collector }

func (c *capture) Register(collector prometheus.Collector) error {
	c.collector = collector
	return nil
}

func (c *capture) MustRegister(cs ...prometheus.Collector) {
	for _, collector := range cs {
		c.collector = collector
	}
}

func (*capture) Unregister(prometheus.Collector) bool { return false }
