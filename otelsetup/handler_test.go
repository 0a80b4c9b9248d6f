package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"
)

// extra returns a registry with one gauge.
func extra(name string, value float64) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "Of the program"})
	gauge.Set(value)
	registry.MustRegister(gauge)
	return registry
}

func TestHandlerOverHTTP(t *testing.T) {
	tel := start(t)
	server := httptest.NewServer(tel.MetricsHandler(extra("app_ready", 1)))
	defer server.Close()
	for _, tt := range []struct {
		method string
		status int
		body   string
	}{
		{http.MethodGet, http.StatusOK, "app_ready 1"},
		{http.MethodHead, http.StatusOK, ""},
		{http.MethodPost, http.StatusMethodNotAllowed, "not allowed"},
		{http.MethodDelete, http.StatusMethodNotAllowed, "not allowed"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var body strings.Builder
		if err := response.Write(&body); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != tt.status || !strings.Contains(body.String(), tt.body) {
			t.Errorf("%s: status %d, body %s", tt.method, response.StatusCode, body.String())
		}
		if allow := response.Header.Get("Allow"); (allow == "GET, HEAD") != (tt.status == http.StatusMethodNotAllowed) {
			t.Errorf("%s: Allow %q", tt.method, allow)
		}
	}
}

type gathererFunc func() ([]*dto.MetricFamily, error)

func (f gathererFunc) Gather() ([]*dto.MetricFamily, error) { return f() }

// A panicking collector.
type bomb struct{}

func (bomb) Describe(chan<- *prometheus.Desc) {}
func (bomb) Collect(chan<- prometheus.Metric) { panic("bomb") }

func TestHandlerSurvivesWhatIsBroken(t *testing.T) {
	dead := prometheus.NewRegistry()
	dead.MustRegister(bomb{})
	for _, tt := range []struct {
		name     string
		gatherer prometheus.Gatherer
		want     string // in the log line
	}{
		{"an error", gathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errors.New("no luck") }), "no luck"},
		{"a panic", gathererFunc(func() ([]*dto.MetricFamily, error) { panic("boom") }), "boom"},
		{"a panicking collector", dead, "bomb"},
		{"a duplicate", extra("app_ready", 2), "app_ready"},
		{"another type", gathererFunc(func() ([]*dto.MetricFamily, error) {
			return []*dto.MetricFamily{{Name: new("app_ready"), Help: new("Of the program"), Type: new(dto.MetricType_COUNTER), Metric: []*dto.Metric{{Counter: &dto.Counter{Value: new(1.0)}}}}}, nil
		}), "app_ready"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log, lines := recordingLogger()
			tel := start(t, WithLogger(log))
			h := tel.MetricsHandler(nil, extra("app_ready", 1), tt.gatherer, extra("app_late", 3))
			for range 3 {
				families := scrape(t, h)
				for name, want := range map[string]float64{"app_ready": 1, "app_late": 3} {
					if got := families[name].GetMetric(); len(got) != 1 || got[0].GetGauge().GetValue() != want {
						t.Errorf("%s is %v", name, got)
					}
				}
				if families["kvdb_memory_bytes"] == nil {
					t.Error("the Telemetry's own metrics are missing")
				}
			}
			got := lines()
			if len(got) != 1 {
				t.Fatalf("%d log lines, want 1", len(got))
			}
			text, _ := got[0].ContextMap()["error"].(string)
			if got[0].Message != "scrape incomplete" || !strings.Contains(text, tt.want) || strings.Contains(text, "\n") || len(text) > 1000 {
				t.Errorf("log line %v", got[0])
			}
		})
	}
}

// An extra gatherer that blocks costs its own metrics, and one goroutine however
// often it is asked.
func TestHandlerLeavesABlockedGatherer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var runs atomic.Int32
		blocked := gathererFunc(func() ([]*dto.MetricFamily, error) {
			runs.Add(1)
			<-release
			return extra("app_blocked", 1).Gather()
		})
		tel := start(t, WithoutProcessMetrics(), WithoutRuntimeMetrics())
		h := tel.MetricsHandler(blocked, extra("app_ready", 1), blocked)
		for range 3 {
			began := time.Now()
			families := scrape(t, h)
			if families["target_info"] == nil || families["app_ready"] == nil || families["app_blocked"] != nil {
				t.Errorf("families %v", families)
			}
			if took := time.Since(began); took != extraTimeout {
				t.Errorf("the scrape took %v, want %v", took, extraTimeout)
			}
		}
		if n := runs.Load(); n != 2 {
			t.Errorf("%d runs of two gatherers", n)
		}
		close(release)
		synctest.Wait()
		if families := scrape(t, h); len(families["app_blocked"].GetMetric()) != 1 {
			t.Errorf("app_blocked is %v", families["app_blocked"])
		}
		if n := runs.Load(); n != 4 {
			t.Errorf("%d runs, want another of each", n)
		}
	})
}

func TestScrapeLogIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := recordingLogger()
		l := &scrapeLog{logger: log, limit: limiter{interval: scrapeErrorEvery}}
		var many prometheus.MultiError
		for i := range 1000 {
			many = append(many, fmt.Errorf("series %d: %s\nstack", i, strings.Repeat("é", 500)))
		}
		l.Println("error gathering metrics:", many)
		l.Println("error gathering metrics:", many)
		time.Sleep(scrapeErrorEvery)
		l.Println("error gathering metrics:", many)

		got := lines()
		if len(got) != 2 {
			t.Fatalf("%d lines, want 2", len(got))
		}
		fields := got[1].ContextMap()
		text, _ := fields["error"].(string)
		if fields["errors"] != int64(1000) || fields["suppressed"] != int64(1) || !strings.HasSuffix(text, "; and 997 more") ||
			strings.Contains(text, "\n") || strings.ContainsRune(text, '\uFFFD') || len(text) > 1100 {
			t.Errorf("fields %v", fields)
		}
	})
}

func TestHandlerAfterShutdown(t *testing.T) {
	for _, tt := range []struct {
		name   string
		joined bool
		extra  []prometheus.Gatherer
		status int
		want   string
	}{
		{"alone", false, nil, http.StatusServiceUnavailable, "shut down"},
		{"with others", false, []prometheus.Gatherer{extra("app_ready", 1)}, http.StatusOK, "app_ready 1"},
		{"joined", true, nil, http.StatusOK, "app_joined 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := []Option{WithLogger(zap.NewNop())}
			if tt.joined {
				registry := extra("app_joined", 1)
				opts = append(opts, WithPrometheusRegistry(registry, registry))
			}
			tel, err := Start(t.Context(), opts...)
			if err != nil {
				t.Fatal(err)
			}
			h := tel.MetricsHandler(tt.extra...)
			if status, body := get(t, h, ""); status != http.StatusOK || !strings.Contains(body, "target_info") {
				t.Errorf("before: status %d", status)
			}
			if err := tel.Shutdown(context.Background()); err != nil {
				t.Fatal(err)
			}
			status, body := get(t, h, "")
			if status != tt.status || !strings.Contains(body, tt.want) || strings.Contains(body, "target_info") || strings.Contains(body, "process_") {
				t.Errorf("after: status %d, body %s", status, body)
			}
		})
	}
}
