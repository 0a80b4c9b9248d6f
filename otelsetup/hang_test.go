package otelsetup_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// hanging is a collector that waits for its channel.
type hanging chan struct{}

func (hanging) Describe(chan<- *prometheus.Desc)   {}
func (h hanging) Collect(chan<- prometheus.Metric) { <-h }

// scrapeWithin scrapes as a Prometheus with this time-out does.
func scrapeWithin(t *testing.T, h http.Handler, timeout time.Duration) (status int, body string, took time.Duration) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", fmt.Sprint(timeout.Seconds()))
	w := httptest.NewRecorder()
	began := time.Now()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String(), time.Since(began)
}

// A collector that hangs in the joined registry costs that registry: ours are
// there within half of the scrape's time, and a metric and a line name it.
func TestHangingJoinedCollector(t *testing.T) {
	for _, timeout := range []time.Duration{time.Second, 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			registry := extra("app_ready", 1)
			hangs := make(hanging)
			registry.MustRegister(hangs)
			log, lines := recordingLogger()
			tel := start(t, otelsetup.WithLogger(log), otelsetup.WithPrometheusRegistry(registry, registry))
			use(t, tel, "orders")
			h := tel.MetricsHandler(extra("app_extra", 1))
			for range 3 {
				status, body, took := scrapeWithin(t, h, timeout)
				if status != http.StatusOK || took > timeout/2 {
					t.Fatalf("status %d after %v of %v: %s", status, took, timeout, body)
				}
				for _, want := range []string{"kvdb_requests_total{", "kvdb_memory_bytes ", "process_open_fds ", "go_goroutine_count ", "target_info{", "app_extra 1"} {
					if !strings.Contains(body, "\n"+want) {
						t.Errorf("%s is missing", want)
					}
				}
			}
			_, body, _ := scrapeWithin(t, h, timeout)
			if !strings.Contains(body, `kvdb_scrape_failures_total{error_type="timeout",kvdb_gatherer="joined"} `) {
				t.Errorf("not counted: %s", body)
			}
			close(hangs)
			synctest.Wait()
			if _, body, _ := scrapeWithin(t, h, timeout); !strings.Contains(body, "\napp_ready 1") || !strings.Contains(body, "\nkvdb_requests_total{") {
				t.Errorf("after its end: %s", body)
			}
			var messages []string
			for _, line := range said(t, tel, lines) {
				messages = append(messages, fmt.Sprint(line.Message, " ", line.ContextMap()["gatherer"]))
			}
			if got := strings.Join(messages, ", "); got != "metrics gatherer failed joined, metrics gatherer works again joined" {
				t.Errorf("lines %s", got)
			}
		})
	}
}

// A callback of the program that hangs for longer than a short scrape takes the
// metrics of the MeterProvider with it, whose SDK waits for it, and not those of
// stores. (The SDK's lock is none that a fake clock knows.)
func TestHangingCallback(t *testing.T) {
	for name, joined := range map[string]bool{"joined": true, "alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opts []otelsetup.Option
			if joined {
				registry := prometheus.NewRegistry()
				opts = append(opts, otelsetup.WithPrometheusRegistry(registry, registry))
			}
			tel := start(t, opts...)
			use(t, tel, "orders")
			release := make(chan struct{})
			_, err := tel.MeterProvider().Meter("program").Int64ObservableGauge("hangs",
				metric.WithInt64Callback(func(context.Context, metric.Int64Observer) error {
					<-release
					return nil
				}))
			if err != nil {
				t.Fatal(err)
			}
			h := tel.MetricsHandler()
			var body string
			for range 4 { // the last one has counted the first
				var status int
				status, body, _ = scrapeWithin(t, h, 2*time.Second)
				if status != http.StatusOK || !strings.Contains(body, "\nkvdb_requests_total{") ||
					!strings.Contains(body, "\nkvdb_request_latency_quantiles_seconds{") {
					t.Errorf("status %d: %s", status, body)
				}
			}
			counted := `kvdb_scrape_failures_total{error_type="timeout",kvdb_gatherer="telemetry"} `
			if !strings.Contains(body, counted) || strings.Contains(body, counted+"0") {
				t.Errorf("not counted: %s", body)
			}
			close(release)
			// Once the run that hung has ended, all is there again.
			for deadline := time.Now().Add(30 * time.Second); !strings.Contains(body, "\nkvdb_memory_bytes "); {
				if time.Now().After(deadline) {
					t.Fatalf("after its end: %s", body)
				}
				_, body, _ = scrapeWithin(t, h, 10*time.Second)
			}
		})
	}
}

// A trouble is what a collector or a gatherer can do to a scrape.
var troubles = map[string]func(release <-chan struct{}) error{
	"hangs":    func(release <-chan struct{}) error { <-release; return nil },
	"is slow":  func(<-chan struct{}) error { <-time.After(time.Second); return nil },
	"fails":    func(<-chan struct{}) error { return errors.New("no luck") },
	"panics":   func(<-chan struct{}) error { panic("boom") },
	"vanishes": func(<-chan struct{}) error { return errGone },
}

var errGone = errors.New("gone")

// troubled is a collector and a gatherer in trouble.
type troubled struct {
	trouble func(release <-chan struct{}) error
	release <-chan struct{}
}

func (troubled) Describe(chan<- *prometheus.Desc) {}

func (c troubled) Collect(ch chan<- prometheus.Metric) {
	desc := prometheus.NewDesc("app_troubled", "Of the program", nil, nil)
	switch err := c.trouble(c.release); {
	case errors.Is(err, errGone):
	case err != nil:
		ch <- prometheus.NewInvalidMetric(desc, err)
	default:
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, 1)
	}
}

func (c troubled) Gather() ([]*dto.MetricFamily, error) {
	if err := c.trouble(c.release); err != nil && !errors.Is(err, errGone) {
		return nil, err
	}
	return extra("app_troubled", 1).Gather()
}

// Whatever a collector does: each scrape is answered in time and has what is ours,
// operations and probes do not wait, and Close and Shutdown come to their end.
func TestCollectorInTrouble(t *testing.T) {
	for what, trouble := range troubles {
		for where, with := range map[string]func(troubled) ([]otelsetup.Option, []prometheus.Gatherer){
			"a joined collector": func(c troubled) ([]otelsetup.Option, []prometheus.Gatherer) {
				registry := extra("app_ready", 1)
				registry.MustRegister(c)
				return []otelsetup.Option{otelsetup.WithPrometheusRegistry(registry, registry)}, nil
			},
			"a joined gatherer": func(c troubled) ([]otelsetup.Option, []prometheus.Gatherer) {
				registry := extra("app_ready", 1)
				return []otelsetup.Option{otelsetup.WithPrometheusRegistry(registry, prometheus.Gatherers{registry, c})}, nil
			},
			"an extra gatherer": func(c troubled) ([]otelsetup.Option, []prometheus.Gatherer) {
				return nil, []prometheus.Gatherer{c, extra("app_ready", 1)}
			},
		} {
			t.Run(where+" "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					release := make(chan struct{})
					opts, extras := with(troubled{trouble, release})
					log, lines := recordingLogger()
					tel, err := otelsetup.Start(t.Context(), append(opts, otelsetup.WithLogger(log))...)
					if err != nil {
						t.Fatal(err)
					}
					store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel))
					if err != nil {
						t.Fatal(err)
					}
					probes, err := health.New(health.WithLogger(tel.Logger()), health.WithMeterProvider(tel.MeterProvider()),
						health.WithChecks(health.Ping("store", store)))
					if err != nil {
						t.Fatal(err)
					}
					synctest.Wait() // the first check has passed
					h := tel.MetricsHandler(extras...)
					for n := range 3 {
						answered := make(chan string)
						go func() {
							status, body, took := scrapeWithin(t, h, 10*time.Second)
							answered <- fmt.Sprintf("status %d, in time %v\n%s", status, took <= 5*time.Second, body)
						}()
						synctest.Wait() // the scrape is under way
						began := time.Now()
						if err := store.Put(t.Context(), []byte("k"), []byte("v")); err != nil || time.Since(began) != 0 {
							t.Errorf("an operation waits, error %v", err)
						}
						for path, probe := range map[string]http.Handler{"/healthz": probes.LivenessHandler(), "/readyz": probes.ReadinessHandler()} {
							w := httptest.NewRecorder()
							probe.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
							if w.Code != http.StatusOK || time.Since(began) != 0 {
								t.Errorf("%s: status %d after %v: %s", path, w.Code, time.Since(began), w.Body)
							}
						}
						body := <-answered
						if !strings.HasPrefix(body, "status 200, in time true") || !strings.Contains(body, "\nkvdb_requests_total{") {
							t.Fatalf("scrape %d: %s", n, body)
						}
						if ready := strings.Contains(body, "\napp_ready 1"); !ready && (what != "hangs" && what != "panics" || where == "an extra gatherer") {
							t.Errorf("the good metric beside it is missing: %s", body)
						}
					}
					began := time.Now()
					if err := errors.Join(probes.Close(), store.Close()); err != nil || time.Since(began) != 0 {
						t.Errorf("Close took %v, error %v", time.Since(began), err)
					}
					began = time.Now()
					if err := tel.Shutdown(t.Context()); err != nil || time.Since(began) > time.Second {
						t.Errorf("Shutdown took %v, error %v", time.Since(began), err)
					}
					well := what == "is slow" || what == "vanishes"
					if n := len(said(t, tel, lines)); n != 1 && !well || n != 0 && well {
						t.Errorf("%d lines: %v", n, said(t, tel, lines))
					}
					if status, body, took := scrapeWithin(t, h, 10*time.Second); took > 5*time.Second || (status == http.StatusOK) != strings.Contains(body, "app_") {
						t.Errorf("after Shutdown: status %d after %v: %s", status, took, body)
					}
					close(release)
				})
			})
		}
	}
}
