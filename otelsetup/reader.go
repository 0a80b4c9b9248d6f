package otelsetup

import (
	"context"
	"sync"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

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
