package cost_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/cost"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/pprofx"
)

// What is computed for a program is what its page has.
func TestProgram(t *testing.T) {
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer receiver.Close()
	for name, tt := range map[string]struct {
		options []otelsetup.Option
		want    int
	}{
		"default":         {nil, cost.Otelsetup()},
		"without runtime": {[]otelsetup.Option{otelsetup.WithoutRuntimeMetrics()}, cost.Otelsetup() - cost.Runtime()},
		"without process": {[]otelsetup.Option{otelsetup.WithoutProcessMetrics()}, cost.Otelsetup() - cost.Process()},
		"OTLP":            {[]otelsetup.Option{otelsetup.WithOTLPEndpoint(receiver.URL)}, cost.Otelsetup() + cost.OTLP()},
	} {
		t.Run(name, func(t *testing.T) {
			tel := start(t, tt.options...)
			page := tel.MetricsHandler()
			if got := rows(t, page); got != tt.want {
				t.Errorf("%d series, %d are computed", got, tt.want)
			}
		})
	}
	t.Run("health", func(t *testing.T) {
		tel := start(t)
		page := tel.MetricsHandler()
		before := rows(t, page)
		ran := make(chan struct{}, 2)
		check := func(name string) health.Check {
			return health.Check{Name: name, Run: func(context.Context) error { ran <- struct{}{}; return nil }}.Every(time.Hour)
		}
		h, err := health.New(health.WithTelemetry(tel), health.WithChecks(check("a"), check("b")))
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		<-ran
		<-ran
		until(t, page, "health_check_duration_seconds", 2)
		if got, want := rows(t, page)-before, cost.Health(2); got != want {
			t.Errorf("two checks are %d series, %d are computed", got, want)
		}
	})
	t.Run("pprofx", func(t *testing.T) {
		tel := start(t)
		page := tel.MetricsHandler()
		before := rows(t, page)
		p, err := pprofx.Start(pprofx.WithTelemetry(tel), pprofx.WithDirectory(t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if got, want := rows(t, page)-before, cost.Pprofx(); got != want {
			t.Errorf("profiles are %d series, %d are computed", got, want)
		}
	})
}

func start(t *testing.T, options ...otelsetup.Option) *otelsetup.Telemetry {
	t.Helper()
	tel, err := otelsetup.Start(t.Context(), append(options, otelsetup.WithLogWriter(io.Discard))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tel.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return tel
}

// rows returns how many series a page has. The share of the CPU is among them,
// though it comes with the second reading only.
func rows(t *testing.T, page http.Handler) (n int) {
	t.Helper()
	text := scrape(t, page)
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			n++
		}
	}
	const cpu = `kvdb_utilization_ratio{kvdb_resource="cpu"}`
	if strings.Contains(text, "kvdb_utilization_ratio") && !strings.Contains(text, cpu) {
		n++
	}
	return n
}
