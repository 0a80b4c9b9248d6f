package everything

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

var errOnPurpose = errors.New("on purpose")

// troubleLog makes the output of the log hang and fail until lines are lost, and
// the sampling drop some.
func troubleLog(t *testing.T, p *program) {
	t.Helper()
	long := strings.Repeat("x", 1<<20)
	fill := func() {
		for range 8 { // twice as much as waits
			p.Logger().Info("app line", appField(long))
		}
	}
	goOn := p.log.hang()
	fill()
	goOn()
	settled := func() bool { return p.Losses().LogLines > 0 && p.queued(t) == 0 }
	process.Eventually(t, "a log that goes on", settled)
	p.log.fails(errOnPurpose)
	fill()
	p.log.fails(nil)
	process.Eventually(t, "a log that works again", settled)
	for n := range 1100 {
		p.Logger().Info("app sampled", appField(fmt.Sprint(n)))
	}
}

// queued returns how many lines wait.
func (p *program) queued(t *testing.T) float64 {
	return scrape(t, p.metrics)["kvdb_log_queue_size"].GetMetric()[0].GetGauge().GetValue()
}

// troubleExports has exports refused, and records mended.
func troubleExports(t *testing.T, p *program) {
	t.Helper()
	tracer := p.TracerProvider().Tracer("app")
	span := func(name string, attributes ...attribute.KeyValue) {
		_, s := tracer.Start(context.Background(), name, trace.WithAttributes(attributes...))
		s.End()
	}
	p.receiver.refuses.Store(true)
	span("app refused")
	p.Logger().Info("app refused")
	if err := p.ForceFlush(t.Context()); err == nil {
		t.Error("ForceFlush: no error of a receiver that refuses")
	}
	p.receiver.refuses.Store(false)
	span("app mended", attribute.String("app.text", "\xff"))
	span("app panics") // the sampler
	if err := p.ForceFlush(t.Context()); err != nil {
		t.Errorf("ForceFlush: %v", err)
	}
}

// troubleScrapes puts on the page what Prometheus would refuse, has a callback
// fail, and gatherers, too.
func troubleScrapes(t *testing.T, p *program) {
	t.Helper()
	meter := p.MeterProvider().Meter("app")
	histogram, err := meter.Float64Histogram("app.histogram")
	if err != nil {
		t.Fatal(err)
	}
	histogram.Record(t.Context(), 1, metric.WithAttributes(attribute.String("le", "mine")))
	if _, err := meter.Int64ObservableGauge("app.gauge", metric.WithInt64Callback(
		func(context.Context, metric.Int64Observer) error { return errOnPurpose })); err != nil {
		t.Fatal(err)
	}
	other, err := p.MeterProvider().Meter("app/other").Int64Gauge("app.histogram") // of another kind
	if err != nil {
		t.Fatal(err)
	}
	other.Record(t.Context(), 1)
	histogram.Record(t.Context(), 1)
	// The page is asked for twice: gatherers that fail, and then work again.
	var calls atomic.Int64
	ask := func(g prometheus.GathererFunc) {
		calls.Store(0)
		page := p.MetricsHandler(g)
		for range 2 {
			if status := ask(t, page, http.MethodGet, "/metrics"); status != http.StatusOK {
				t.Errorf("/metrics: %d", status)
			}
		}
	}
	ask(func() ([]*dto.MetricFamily, error) {
		if calls.Add(1) == 1 {
			return nil, errOnPurpose
		}
		return p.joined.Gather() // once more
	})
	ask(func() ([]*dto.MetricFamily, error) {
		if calls.Add(1) == 1 {
			panic("on purpose")
		}
		return nil, nil
	})
}

// changeLevel changes the level of the log over HTTP, for a moment and for good.
func changeLevel(t *testing.T, p *program) {
	t.Helper()
	level := p.LogLevelHandler()
	if status := ask(t, level, http.MethodPut, "http://localhost/loglevel?level=info&for=1ms"); status != http.StatusOK {
		t.Errorf("/loglevel: %d", status)
	}
	process.Eventually(t, "the level of before", func() bool { return p.log.has(catalog.LogLevelFellBack, "", "") })
}
