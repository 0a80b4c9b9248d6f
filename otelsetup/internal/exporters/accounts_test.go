package exporters_test

import (
	"context"
	"errors"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/ledger"
)

// refusing is an exporter that fails with err once it is let go on.
type refusing struct {
	went chan struct{}
	err  error
}

func (r refusing) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error {
	<-r.went
	return r.err
}
func (refusing) Shutdown(context.Context) error { return nil }

// Two exporters have an account each, by which what one lost is known, by number, as
// metrics and in the log.
func TestAccounts(t *testing.T) {
	core, lines := observer.New(zap.DebugLevel)
	var accounts exporters.Accounts
	went := make(chan struct{})
	provider := sdktrace.NewTracerProvider()
	for kind, err := range map[string]error{"good": nil, "bad": errors.New("refused")} {
		a := accounts.Open(zap.New(core), environment.Traces, ledger.Spans, kind, 10)
		provider.RegisterSpanProcessor(ledger.NewSpanProcessor(a.Ledger, refusing{went, err}))
	}
	_, span := provider.Tracer("test").Start(t.Context(), "span")
	span.End()
	if !accounts.Pending() || accounts.Lost(false) != 0 || accounts.Lost(true) != 2 {
		t.Errorf("before: pending %v, lost %d, and %d if it is over", accounts.Pending(), accounts.Lost(false), accounts.Lost(true))
	}
	close(went)
	if err := provider.Shutdown(t.Context()); err == nil {
		t.Error("no error of the bad one")
	}
	if accounts.Pending() || accounts.Lost(false) != 1 || accounts.Lost(true) != 1 {
		t.Errorf("afterwards: pending %v, lost %d", accounts.Pending(), accounts.Lost(true))
	}
	if all := lines.All(); len(all) != 1 || all[0].Message != "export failed" || all[0].ContextMap()["exporter"] != "bad" || all[0].ContextMap()["signal"] != "traces" {
		t.Errorf("lines %v", all)
	}

	reader := sdkmetric.NewManualReader()
	if err := accounts.Register(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test")); err != nil {
		t.Fatal(err)
	}
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]bool)
	for _, m := range all.ScopeMetrics[0].Metrics {
		if m.Name == "otel.sdk.exporter.span.exported" {
			for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
				kind, _ := p.Attributes.Value("otel.component.type")
				kinds[kind.AsString()] = true
			}
		}
	}
	if len(kinds) != 2 || !kinds["good"] || !kinds["bad"] {
		t.Errorf("metrics of exporters %v", kinds)
	}
}
