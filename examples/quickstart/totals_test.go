package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/otelsetup"
)

// TestTotals: after a stop the readers of metrics have had every operation that
// the program counted.
func TestTotals(t *testing.T) {
	var last metricdata.ResourceMetrics
	reader := otelsetup.WithReader(nil, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
		return &finalReader{Reader: sdkmetric.NewManualReader(sdkmetric.WithProducer(p)), last: &last}, nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stderr process.Buffer
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, freePorts("-fault", "errors"), &stderr, reader, otelsetup.WithLogger(zap.NewNop()))
	}()
	process.Eventually(t, "the greeting", func() bool { return strings.Contains(stderr.String(), "Stop with") })
	web := regexp.MustCompile(`http://[0-9.:]+`).FindString(stderr.String())
	process.Eventually(t, "errors", func() bool {
		return regexp.MustCompile(`(?m)^kvdb_errors_total.* [1-9]\d\d`).MatchString(get(t, web+"/metrics"))
	})
	cancel()
	if got := <-status; got != 0 {
		t.Fatalf("exit status %d: %s", got, stderr.String())
	}
	want := fmt.Sprintf("%d operations, %d errors,", sum(t, last, "kvdb.requests"), sum(t, last, "kvdb.errors"))
	if !strings.Contains(lastLine(stderr.String()), want) {
		t.Errorf("the last line is %q, the metrics say %q", lastLine(stderr.String()), want)
	}
}

// A finalReader collects once, when it is shut down.
type finalReader struct {
	sdkmetric.Reader
	last *metricdata.ResourceMetrics
}

func (r *finalReader) Shutdown(ctx context.Context) error {
	if err := r.Collect(ctx, r.last); err != nil {
		return err
	}
	return r.Reader.Shutdown(ctx)
}

func sum(t *testing.T, data metricdata.ResourceMetrics, name string) (total int64) {
	t.Helper()
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			counter, ok := m.Data.(metricdata.Sum[int64])
			if !ok {
				t.Fatalf("%s is a %T", name, m.Data)
			}
			for _, point := range counter.DataPoints {
				total += point.Value
			}
		}
	}
	return total
}
