package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"sync"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/ledger"
	"github.com/otelkv/otelkv/otelsetup/internal/producers"
)

// newReaders makes the readers that the environment asks for and calls the
// factories of WithReader. When one fails, it shuts down what the others made.
func (t *Telemetry) newReaders(ctx context.Context, c *config) (readers []sdkmetric.Reader, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, foreign.Within(ctx, t.budget, foreign.Each(readers, sdkmetric.Reader.Shutdown)))
			readers = nil
		}
	}()
	made, err := t.exporters(c).Metrics(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range made {
		a := t.metricAccounts.Open(t.diagnostics, environment.Metrics, ledger.DataPoints, e.Kind, c.env.Queue(environment.Metrics))
		readers = append(readers, sdkmetric.NewPeriodicReader(ledger.NewMetricExporter(a.Ledger, e.Exporter),
			sdkmetric.WithProducer(producers.Sparing(t.newProducer(c, e.Exporter.Temporality), t.failures.Report))))
	}
	for _, r := range c.readers {
		reader, err := r.factory(producers.Stamped(producers.Sparing(t.newProducer(c, r.temporality), t.failures.Report)))
		if err == nil && typednil.Is(reader) {
			err = errors.New("the factory returned nil")
		}
		if err != nil {
			return readers, fmt.Errorf("WithReader: %w", err)
		}
		readers = append(readers, reader)
	}
	return readers, nil
}

// A reader ends once, whoever asks. The SDK's provider asks its readers one after
// the other, so that one that hangs would take the time of the others: the
// Telemetry asks all at once, and then the provider.
type reader struct {
	sdkmetric.Reader
	accounts *exporters.Accounts // of the metrics

	once sync.Once
	err  error
}

// Shutdown implements metric.Reader.
func (r *reader) Shutdown(ctx context.Context) error {
	r.once.Do(func() {
		r.err = foreign.ErrExited
		defer foreign.Recover(&r.err)
		r.err = r.Reader.Shutdown(ctx)
	})
	return r.err
}

// ForceFlush flushes a reader that knows how to.
func (r *reader) ForceFlush(ctx context.Context) (err error) {
	defer foreign.Recover(&err)
	if f, ok := r.Reader.(interface{ ForceFlush(context.Context) error }); ok {
		return f.ForceFlush(ctx)
	}
	return nil
}

// end sends what there is and shuts the reader down.
func (r *reader) end(ctx context.Context) error {
	if r.accounts.Pending() { // Shutdown would cut that export off
		_ = r.ForceFlush(ctx) // the last export is still to come
	}
	return r.Shutdown(ctx)
}

// readerStep is the step that ends the provider and its readers.
func (t *Telemetry) readerStep(provider *sdkmetric.MeterProvider, readers []*reader) step {
	end := foreign.Each(readers, (*reader).end)
	return step{
		name: environment.Metrics.Name, items: "data points", accounts: &t.metricAccounts, repeats: true,
		run: func(ctx context.Context) error {
			_ = end(ctx) // the provider has the same errors
			return provider.Shutdown(ctx)
		},
		flush: foreign.Each(readers, (*reader).ForceFlush),
	}
}
