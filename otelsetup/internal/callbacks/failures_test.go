package callbacks_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup/internal/callbacks"
)

// Every failure is counted, and one in a while is a line, which says how many it
// stands for.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zap.DebugLevel)
		failures := callbacks.NewFailures(zap.New(zapcore.NewTee(core, testutil.NotedLines{}.Core())))
		for range 3 {
			failures.Report("broker", errors.New("refused\nby the receiver"))
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		failures.Report("cache", errors.New("refused"))
		synctest.Wait()
		all := lines.All()
		if len(all) != 2 {
			t.Fatalf("lines %v", all)
		}
		first, second := all[0].ContextMap(), all[1].ContextMap()
		if all[0].Message != "callback failed" || first["callback"] != "broker" || first["error"] != "refused …" || first["suppressed"] != nil {
			t.Errorf("%s: %v", all[0].Message, first)
		}
		if second["callback"] != "cache" || second["suppressed"] != int64(2) {
			t.Errorf("%s: %v", all[1].Message, second)
		}

		reader := sdkmetric.NewManualReader()
		if err := failures.Register(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test")); err != nil {
			t.Fatal(err)
		}
		var got metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		if n := got.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64]).DataPoints[0].Value; n != 4 {
			t.Errorf("%d failures, want 4", n)
		}
	})
}

// Nobody waits for a logger that hangs or panics.
func TestFailuresWithALoggerInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		core, lines := observer.New(zap.DebugLevel)
		failures := callbacks.NewFailures(zap.New(core, zap.Hooks(func(zapcore.Entry) error {
			<-release
			panic("boom")
		})))
		began := time.Now()
		for range 3 {
			failures.Report("broker", errors.New("refused"))
			synctest.Wait()
		}
		if time.Since(began) != 0 {
			t.Errorf("it waited for %v", time.Since(began))
		}
		close(release)
		synctest.Wait()
		time.Sleep(time.Minute)
		failures.Report("broker", errors.New("refused"))
		synctest.Wait()
		if all := lines.All(); len(all) != 2 || all[1].ContextMap()["suppressed"] != int64(2) {
			t.Errorf("lines %v", all)
		}
	})
}
