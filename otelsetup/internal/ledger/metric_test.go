package ledger

import (
	"context"
	"errors"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

func TestMetricExporter(t *testing.T) {
	l := New(0)
	down := true
	exporter := NewMetricExporter(l, receiver{answer: func(context.Context, int) error {
		if down {
			return errors.New("down")
		}
		return nil
	}}.metrics())
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter)))
	counter, err := provider.Meter("test").Int64Counter("c")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 1)
	if err := provider.ForceFlush(t.Context()); err == nil {
		t.Error("no error without a receiver")
	}
	down = false
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if c, want := l.Counts(), (Counts{Delivered: 1, Failed: 1}); c != want {
		t.Errorf("counts %+v, want %+v", c, want)
	}
}
