package otelsetup_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/page"
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

// said returns the lines that scrapes have caused, of all lines.
func said(t *testing.T, tel *otelsetup.Telemetry, lines func() []observer.LoggedEntry) []observer.LoggedEntry {
	t.Helper()
	if err := otelsetup.WaitForScrapes(t.Context(), tel); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(lines(), func(line observer.LoggedEntry) bool {
		return !strings.HasPrefix(line.Message, "metrics ")
	})
}

func TestHandlerSurvivesWhatIsBroken(t *testing.T) {
	dead := prometheus.NewRegistry()
	dead.MustRegister(bomb{})
	const fails, left = "metrics gatherer failed", "metrics left out of the page"
	for _, tt := range []struct {
		name     string
		gatherer prometheus.Gatherer
		message  string
		want     string // in the log line
		metric   string // and its error_type
		reason   string
	}{
		{"an error", gathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errors.New("no luck") }), fails, "no luck", "kvdb_scrape_failures_total", "_OTHER"},
		{"a panic", gathererFunc(func() ([]*dto.MetricFamily, error) { panic("boom") }), fails, "boom", "kvdb_scrape_failures_total", "panic"},
		{"its end", gathererFunc(func() ([]*dto.MetricFamily, error) { runtime.Goexit(); return nil, nil }), fails, "ended", "kvdb_scrape_failures_total", "_OTHER"},
		{"a panicking collector", dead, fails, "bomb", "kvdb_scrape_failures_total", "_OTHER"},
		{"a duplicate", extra("app_ready", 2), left, "app_ready", "kvdb_scrape_dropped_total", "duplicate"},
		{"another type", gathererFunc(func() ([]*dto.MetricFamily, error) {
			return []*dto.MetricFamily{{Name: new("app_ready"), Help: new("Of the program"), Type: new(dto.MetricType_COUNTER), Metric: []*dto.Metric{{Counter: &dto.Counter{Value: new(1.0)}}}}}, nil
		}), left, "app_ready", "kvdb_scrape_dropped_total", "conflict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log, lines := recordingLogger()
			tel := start(t, otelsetup.WithLogger(log))
			h := tel.MetricsHandler(nil, extra("app_ready", 1), tt.gatherer, extra("app_late", 3))
			for range 3 {
				families := pageOf(t, h)
				for name, want := range map[string]float64{"app_ready": 1, "app_late": 3} {
					if got := families[name].GetMetric(); len(got) != 1 || got[0].GetGauge().GetValue() != want {
						t.Errorf("%s is %v", name, got)
					}
				}
				if families["kvdb_memory_bytes"] == nil {
					t.Error("the Telemetry's own metrics are missing")
				}
			}
			got := said(t, tel, lines)
			if len(got) != 1 {
				t.Fatalf("%d log lines, want 1: %v", len(got), got)
			}
			fields := got[0].ContextMap()
			text := fmt.Sprint(fields)
			if got[0].Message != tt.message || fields["gatherer"] != "extra_3" || fields["error_type"] != tt.reason ||
				!strings.Contains(text, tt.want) || strings.Contains(text, "\n") || len(text) > 1000 {
				t.Errorf("log line %v: %v", got[0].Message, text)
			}
			counted := false
			for _, m := range pageOf(t, h)[tt.metric].GetMetric() {
				counted = counted || labelOf(m, "kvdb_gatherer") == "extra_3" && labelOf(m, "error_type") == tt.reason && m.GetCounter().GetValue() == 3
			}
			if !counted {
				t.Errorf("%s does not count it", tt.metric)
			}
		})
	}
}

// An extra gatherer that blocks costs its own metrics, one wait and one goroutine
// however often it is asked.
func TestHandlerLeavesABlockedGatherer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var runs atomic.Int32
		blocked := gathererFunc(func() ([]*dto.MetricFamily, error) {
			runs.Add(1)
			<-release
			return extra("app_blocked", 1).Gather()
		})
		log, lines := recordingLogger()
		tel := start(t, otelsetup.WithLogger(log), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())
		h := tel.MetricsHandler(blocked, extra("app_ready", 1), blocked)
		for _, want := range []time.Duration{page.Patience, 0, 0} {
			began := time.Now()
			families := pageOf(t, h)
			if families["target_info"] == nil || families["app_ready"] == nil || families["app_blocked"] != nil {
				t.Errorf("families %v", families)
			}
			if took := time.Since(began); took != want {
				t.Errorf("the scrape took %v, want %v", took, want)
			}
		}
		if n := runs.Load(); n != 2 {
			t.Errorf("%d runs of two gatherers", n)
		}
		if n := sum(pageOf(t, h)["kvdb_scrape_failures_total"], "kvdb_gatherer", "extra_1"); n != 3 {
			t.Errorf("%v failures before this scrape, want 3", n)
		}
		close(release)
		synctest.Wait()
		if families := pageOf(t, h); len(families["app_blocked"].GetMetric()) != 1 {
			t.Errorf("app_blocked is %v", families["app_blocked"])
		}
		if n := runs.Load(); n != 4 {
			t.Errorf("%d runs, want another of each", n)
		}
		var messages []string
		for _, line := range said(t, tel, lines) {
			messages = append(messages, fmt.Sprint(line.Message, " ", line.ContextMap()["gatherer"]))
		}
		slices.Sort(messages)
		if want := []string{
			"metrics gatherer failed extra_1", "metrics gatherer failed extra_3",
			"metrics gatherer works again extra_1", "metrics gatherer works again extra_3", "metrics left out of the page extra_3",
		}; !slices.Equal(messages, want) {
			t.Errorf("lines %q", messages)
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
			opts := []otelsetup.Option{otelsetup.WithLogger(zap.NewNop())}
			if tt.joined {
				registry := extra("app_joined", 1)
				opts = append(opts, otelsetup.WithPrometheusRegistry(registry, registry))
			}
			tel, err := otelsetup.Start(t.Context(), opts...)
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
