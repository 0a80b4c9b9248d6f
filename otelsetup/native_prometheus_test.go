package otelsetup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/otelsetup"
)

// startPrometheus runs a server that ingests native histograms and scrapes the
// target every 200 ms, and returns its URL.
func startPrometheus(t *testing.T, target string) string {
	t.Helper()
	path, address := process.Installed(t, "prometheus"), process.FreeAddress(t)
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	err := os.WriteFile(config, fmt.Appendf(nil, `
scrape_configs:
- job_name: store
  scrape_interval: 200ms
  scrape_timeout: 200ms
  static_configs: [{targets: [%q]}]
`, target), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	process.Start(t, exec.Command(path, "--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address, "--enable-feature=native-histograms"))
	return "http://" + address
}

// query returns the values of what PromQL makes of an expression.
func query(t *testing.T, server, expression string) (values []float64) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/api/v1/query?query="+url.QueryEscape(expression), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return nil // not yet
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	_ = json.NewDecoder(response.Body).Decode(&answer)
	for _, series := range answer.Data.Result {
		text, _ := series.Value[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		values = append(values, v)
	}
	return values
}

// A Prometheus that people run ingests the native histograms and works with
// them.
func TestPrometheusIngestsNativeHistograms(t *testing.T) {
	tel := start(t, otelsetup.WithNativeHistograms())
	page := httptest.NewServer(tel.MetricsHandler())
	defer page.Close()
	server := startPrometheus(t, page.Listener.Addr().String())

	below := testutil.NewFaulty()
	below.Inject(testutil.Latency(2 * time.Millisecond))
	store, err := instrument.Wrap(below, instrument.WithTelemetry(tel))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var traffic sync.WaitGroup
	defer func() {
		cancel()
		traffic.Wait()
	}()
	traffic.Go(func() {
		for ctx.Err() == nil {
			_, _ = store.Get(ctx, []byte("key"))
		}
	})

	get := `db_client_operation_duration_seconds{db_operation_name="get",error_type=""}`
	for expression, ok := range map[string]func([]float64) bool{
		// The clock may take its time on a busy machine, but not this long.
		`histogram_quantile(0.5, rate(` + get + `[1m]))`: func(v []float64) bool { return len(v) == 1 && v[0] > 1.8e-3 && v[0] < 0.1 },
		`histogram_fraction(0, 0.001, ` + get + `)`:      func(v []float64) bool { return len(v) == 1 && v[0] == 0 },
		// In every scrape all metrics count the same operations.
		`histogram_count(` + get + `) - on() sum(kvdb_requests_total{db_operation_name="get"})`: func(v []float64) bool { return len(v) == 1 && v[0] == 0 },
		// Operations that never happened are there, with nothing.
		`count(histogram_count(db_client_operation_duration_seconds) == 0)`: func(v []float64) bool { return len(v) == 1 && v[0] > 5 },
	} {
		deadline := time.After(30 * time.Second)
		for values := query(t, server, expression); !ok(values); values = query(t, server, expression) {
			select {
			case <-deadline:
				t.Fatalf("%s is %v", expression, values)
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	if v := query(t, server, `db_client_operation_duration_seconds_bucket`); len(v) != 0 {
		t.Errorf("this server keeps one form only, but has %d classic buckets", len(v))
	}
}
