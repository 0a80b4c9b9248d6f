package otelsetup_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup"
)

// A logger of the program's may do anything with what the Telemetry says of
// exports, callbacks and its end: the program goes on, and Shutdown returns.
func TestLoggerInTrouble(t *testing.T) {
	for _, fault := range testutil.LogFaults {
		t.Run(fault, func(t *testing.T) {
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(testutil.NewBadLogger(t, fault)),
				otelsetup.WithSpanExporter(failing{errors.New("refused")}), otelsetup.WithShutdownTimeout(time.Second))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tel.MeterProvider().Meter("broker").Int64ObservableGauge("g", metric.WithInt64Callback(func(context.Context, metric.Int64Observer) error {
				return errors.New("no connection")
			})); err != nil {
				t.Fatal(err)
			}
			within := clock(t, "all of it")
			_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "request")
			span.End()
			_ = tel.ForceFlush(t.Context())
			for range 3 {
				pageOf(t, tel.MetricsHandler())
			}
			_ = tel.Shutdown(t.Context())
			within()
			if n := tel.Losses().Spans; n != 1 {
				t.Errorf("%d spans lost, want 1", n)
			}
		})
	}
}

// bad is a reader whose end is bad.
type bad struct {
	*sdkmetric.ManualReader
	end func()
}

func (b bad) Shutdown(context.Context) error {
	b.end()
	return nil
}

// So may a reader, and it is no panic of the program's either.
func TestReaderInTrouble(t *testing.T) {
	for name, end := range map[string]func(){"panics": func() { panic("no idea") }, "exits": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			r := bad{sdkmetric.NewManualReader(), end}
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()),
				otelsetup.WithReader(nil, func(sdkmetric.Producer) (sdkmetric.Reader, error) { return r, nil }))
			if err != nil {
				t.Fatal(err)
			}
			within := clock(t, "Shutdown")
			if err := tel.Shutdown(t.Context()); err == nil {
				t.Error("no error")
			}
			within()
		})
	}
}
