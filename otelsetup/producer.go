package otelsetup

import (
	"context"
	"errors"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

// producers is several producers as one.
type producers []sdkmetric.Producer

func (ps producers) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	var (
		all  []metricdata.ScopeMetrics
		errs []error
	)
	for _, p := range ps {
		scopes, err := p.Produce(ctx)
		all = append(all, scopes...)
		errs = append(errs, err)
	}
	return all, errors.Join(errs...)
}

// exemplary returns the producer of records as the environment wants it: the
// SDK's exemplar filter does not reach producers.
func (c *config) exemplary(p sdkmetric.Producer) sdkmetric.Producer {
	if c.env.Exemplars() {
		return p
	}
	return withoutExemplars{p}
}

// withoutExemplars takes them out of a producer's histograms, the only metrics
// that have them.
type withoutExemplars struct{ sdkmetric.Producer }

func (p withoutExemplars) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	scopes, err := p.Producer.Produce(ctx)
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			if histogram, ok := m.Data.(metricdata.Histogram[float64]); ok {
				for i := range histogram.DataPoints {
					histogram.DataPoints[i].Exemplars = nil // a producer's slices are its reader's
				}
			}
		}
	}
	return scopes, err
}

// stamped gives what a producer produces one time. The exporters of a Telemetry
// do so by themselves, for the SDK's own points too.
type stamped struct {
	sdkmetric.Producer
	clock points.Clock
}

func (p *stamped) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	scopes, err := p.Producer.Produce(ctx)
	p.clock.Stamp(scopes)
	return scopes, err
}
