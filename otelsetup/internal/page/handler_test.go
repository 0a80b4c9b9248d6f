package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func doing(name string, gather func() ([]*dto.MetricFamily, error)) *Source {
	return NewSource(name, prometheus.GathererFunc(gather))
}

// The first of the own sources that answers is served, with what the others have.
func TestHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zap.DebugLevel)
		losses := NewLosses(zap.New(core))
		reader := sdkmetric.NewManualReader()
		if err := losses.Register(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test")); err != nil {
			t.Fatal(err)
		}
		release := make(chan struct{})
		broken := true
		registry := prometheus.NewRegistry()
		registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "own", ConstLabels: prometheus.Labels{"a": "b"}}))
		twice := familyOf(dto.MetricType_GAUGE, &dto.Metric{Gauge: &dto.Gauge{}})
		p := &Page{
			Losses: losses,
			Own: []*Source{
				doing("joined", func() ([]*dto.MetricFamily, error) {
					<-release
					return nil, nil
				}),
				NewTrustedSource("telemetry", registry),
			},
			Extra: []*Source{
				doing("panics", func() ([]*dto.MetricFamily, error) {
					if broken {
						panic("boom")
					}
					return nil, nil
				}),
				doing("ends", func() ([]*dto.MetricFamily, error) { runtime.Goexit(); return nil, nil }),
				serving(twice), serving(twice), serving(familyOf(dto.MetricType_COUNTER, &dto.Metric{Counter: &dto.Counter{}})),
				NewSource("same", registry),
			},
		}
		losses.Open(p.Own[0])
		h := Handler(p)
		scrape := func() (int, string) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			return w.Code, w.Body.String()
		}
		if status, body := scrape(); status != http.StatusOK || !strings.Contains(body, `own{a="b"} 0`) || strings.Count(body, "\nm ") != 1 {
			t.Errorf("status %d: %s", status, body)
		}
		close(release)
		broken = false
		synctest.Wait()
		scrape()
		encoding{losses}.Println("error encoding", errors.New("no luck"))
		if err := losses.Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		for message, want := range map[string]int{"metrics gatherer failed": 4, "metrics gatherer works again": 2, "metrics left out of the page": 3} {
			if n := lines.FilterMessage(message).Len(); n != want {
				t.Errorf("%d lines %q, want %d", n, message, want)
			}
		}
		var all metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &all); err != nil || len(all.ScopeMetrics) != 1 || len(all.ScopeMetrics[0].Metrics) != 2 {
			t.Errorf("metrics %v, error %v", all, err)
		}
	})
}

// A source that hangs is left out while there is time to send the rest, whoever limits it.
func TestTimeToSend(t *testing.T) {
	release := make(chan struct{})
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "own"}))
	hung := func() ([]*dto.MetricFamily, error) { <-release; return nil, nil }
	for name, c := range map[string]struct {
		writeTimeout, context time.Duration
	}{
		"the server":         {4 * time.Second, 0},
		"a handler above us": {0, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			losses := NewLosses(zap.NewNop())
			h := Handler(&Page{Losses: losses, Own: []*Source{NewTrustedSource("telemetry", registry)}, Extra: []*Source{doing("hangs", hung)}})
			if c.context > 0 {
				h = http.TimeoutHandler(h, c.context, "too late")
			}
			s := httptest.NewUnstartedServer(h)
			s.Config.WriteTimeout = c.writeTimeout
			s.Start()
			defer s.Close()
			res, err := s.Client().Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), "\nown 0\n") {
				t.Errorf("status %d, %v: %s", res.StatusCode, err, body)
			}
		})
	}
	close(release)
}

// A page that has nothing is none, and neither is one of too many at once.
func TestNoPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := Handler(&Page{Losses: NewLosses(zap.NewNop()), Own: []*Source{doing("own", func() ([]*dto.MetricFamily, error) {
			<-release
			return nil, errors.New("no luck")
		})}})
		statuses := make(chan int, atOnce+1)
		for range atOnce + 1 {
			go func() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
				statuses <- w.Code
			}()
		}
		synctest.Wait()
		if len(statuses) != 1 {
			t.Errorf("%d scrapes are answered at once, want one", len(statuses))
		}
		close(release)
		for range atOnce + 1 {
			if status := <-statuses; status != http.StatusServiceUnavailable {
				t.Errorf("status %d", status)
			}
		}
	})
}
