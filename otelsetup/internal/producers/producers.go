// Package producers has what reaches a reader of metrics without passing the SDK
// and its views, filters and clocks: the records of stores and the histogram of
// the Go runtime, according to the settings.
package producers

import (
	"context"
	"errors"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup/internal/points"
)

// Several is several producers as one.
type Several []sdkmetric.Producer

// Produce implements metric.Producer.
func (ps Several) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
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

// Sparing is p, whose errors cost what is missing only: a reader would drop the whole
// collection for one. They are told to failed.
func Sparing(p sdkmetric.Producer, failed func(of string, err error)) sdkmetric.Producer {
	return sparing{p, failed}
}

type sparing struct {
	sdkmetric.Producer
	failed func(of string, err error)
}

func (p sparing) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	scopes, err := p.Producer.Produce(ctx)
	if err != nil {
		p.failed("a producer", err)
	}
	return scopes, nil
}

// Stamped gives all that p produces at once one time. The exporters of a Telemetry do
// so by themselves, for the SDK's own points too.
func Stamped(p sdkmetric.Producer) sdkmetric.Producer { return &stamped{Producer: p} }

type stamped struct {
	sdkmetric.Producer
	clock points.Clock
}

func (p *stamped) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	scopes, err := p.Producer.Produce(ctx)
	p.clock.Stamp(scopes)
	return scopes, err
}

// WithoutExemplars takes them out of the histograms of p, the only metrics that have
// them: the SDK's exemplar filter does not reach producers.
func WithoutExemplars(p sdkmetric.Producer) sdkmetric.Producer { return withoutExemplars{p} }

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
