package otelsetup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/otelsetup"
)

// A callback of the program's that fails, panics or hangs costs what it observes:
// everything else is scraped and exported, and the log says what is missing.
func TestCallbackInTrouble(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, callback := range map[string]func(context.Context) error{
		"fails":  func(context.Context) error { return errors.New("no connection to the broker") },
		"panics": func(context.Context) error { panic("no connection to the broker") },
		"hangs": func(context.Context) error {
			<-release
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := new(backend)
			var lines lockedBuffer
			tel := startLogging(t, otelsetup.WithLogWriter(&lines), otelsetup.WithOTLPEndpoint(serveHTTP(t, b)))
			meter := tel.MeterProvider().Meter("broker")
			if _, err := meter.Int64ObservableGauge("broker.depth", metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
				return callback(ctx)
			})); err != nil {
				t.Fatal(err)
			}
			if _, err := meter.Int64ObservableGauge("broker.size", metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
				o.Observe(7)
				return nil
			})); err != nil {
				t.Fatal(err)
			}
			use(t, tel, "orders")
			if err := tel.ForceFlush(t.Context()); err != nil {
				t.Error(err)
			}
			for _, name := range []string{"kvdb.requests", "go.schedule.duration", "broker.size", "kvdb.memory"} {
				if b.metric(name) == nil {
					t.Errorf("%s was not exported", name)
				}
			}
			page := pageOf(t, tel.MetricsHandler())
			for _, name := range []string{"kvdb_requests_total", "go_schedule_duration_seconds", "broker_size", "kvdb_memory_bytes"} {
				if page[name] == nil {
					t.Errorf("%s is not on the page", name)
				}
			}
			if n := page["kvdb_callback_failures_total"].GetMetric()[0].GetCounter().GetValue(); n == 0 {
				t.Error("no failure is counted")
			}
			said := func() bool { return strings.Contains(lines.String(), `"callback failed","callback":"broker"`) }
			for deadline := time.After(20 * time.Second); !said(); {
				select {
				case <-time.After(10 * time.Millisecond):
				case <-deadline:
					t.Fatalf("the log says nothing of it: %s", lines.String())
				}
			}
		})
	}
}
