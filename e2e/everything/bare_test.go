package everything

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// A bare program has set up OpenTelemetry itself, with the exporters as they are.
type bare struct {
	provider *sdkmetric.MeterProvider
	registry *prometheus.Registry
}

// newBare starts a MeterProvider whose readers get what a registry has, if there
// is one.
func newBare(t *testing.T, p *program, records *instrument.Registry) *bare {
	t.Helper()
	b := &bare{registry: prometheus.NewRegistry()}
	page := []otelprometheus.Option{otelprometheus.WithRegisterer(b.registry), otelprometheus.WithoutTargetInfo(), otelprometheus.WithoutScopeInfo()}
	var periodic []sdkmetric.PeriodicReaderOption
	if records != nil {
		page = append(page, otelprometheus.WithProducer(records.NewProducer()))
		periodic = append(periodic, sdkmetric.WithProducer(records.NewProducer(instrument.WithSummaries())))
	}
	scraped, err := otelprometheus.New(page...)
	if err != nil {
		t.Fatal(err)
	}
	exporter, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpointURL(p.receiver.url+"/v1/metrics"))
	if err != nil {
		t.Fatal(err)
	}
	b.provider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(scraped), sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter, periodic...)))
	t.Cleanup(func() {
		if err := b.provider.Shutdown(context.Background()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	return b
}

func (b *bare) look(t *testing.T, p *program) {
	t.Helper()
	p.page.page(scrape(t, promhttp.HandlerFor(b.registry, promhttp.HandlerOpts{})))
	if err := b.provider.ForceFlush(t.Context()); err != nil {
		t.Errorf("ForceFlush: %v", err)
	}
}

// lookAtBare takes what stores show in programs with a set-up of their own: by way
// of a registry, and of the API of OpenTelemetry.
func lookAtBare(t *testing.T, p *program) {
	t.Helper()
	records := instrument.NewRegistry(instrument.WithExponentialDurations())
	byRegistry, byAPI := newBare(t, p, records), newBare(t, p, nil)
	for b, report := range map[*bare]instrument.Option{
		byRegistry: instrument.WithRegistry(records), byAPI: instrument.WithMeterProvider(byAPI.provider),
	} {
		store := wrap(t, kvdb.NewMemory(nil), report, instrument.WithSizes(), instrument.WithLogger(p.Logger()))
		operate(t.Context(), t, store)
		remote := newRemote()
		other := wrap(t, remote, report, instrument.WithSizes(), instrument.WithLogger(p.Logger()))
		operate(t.Context(), t, other)
		fail(t.Context(), t, other, remote)
		b.look(t, p)
	}
}
