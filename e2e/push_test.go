package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

var (
	pushes   = regexp.MustCompile(`^prometheus_http_requests_total\{code="200",handler="/api/v1/otlp/v1/metrics"\}`)
	refusals = regexp.MustCompile(`^prometheus_http_requests_total\{code="[345]..",handler="/api/v1/otlp/v1/metrics"\}`)

	failedPoints = regexp.MustCompile(`^otel_sdk_exporter_metric_data_point_exported_total\{.*error_type=`)
)

// startPushed runs a Prometheus 3 that scrapes nobody and takes OTLP.
func startPushed(t *testing.T) (server *process.Process, address string) {
	t.Helper()
	path := prometheusTool.built(t)
	dir, address := t.TempDir(), process.FreeAddress(t)
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	server = launch(t, exec.Command(path,
		"--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address,
		"--web.enable-otlp-receiver"))
	server.Eventually(t, "Prometheus", func() bool {
		_, err := fetch(t, "http://"+address+"/-/ready")
		return err == nil
	})
	return server, address
}

// TestPrometheusTakesEveryPush: none of the exports of a program is refused,
// however long the interval is, nor is the one at its end.
func TestPrometheusTakesEveryPush(t *testing.T) {
	for _, tt := range []struct {
		interval time.Duration
		exports  float64
	}{
		{2 * time.Second, 5}, {5 * time.Second, 2}, {10 * time.Second, 2},
	} {
		t.Run(tt.interval.String(), func(t *testing.T) {
			t.Parallel()
			server, address := startPushed(t)
			program, target := runQuickstart(t, []string{"-rate", "100"},
				"OTEL_METRICS_EXPORTER=otlp,prometheus", "OTEL_METRIC_EXPORT_INTERVAL="+fmt.Sprint(tt.interval.Milliseconds()),
				"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://"+address+"/api/v1/otlp/v1/metrics")

			server.Eventually(t, fmt.Sprintf("%v exports", tt.exports), func() bool {
				return scraped(t, address, pushes)+scraped(t, address, refusals) >= tt.exports
			})
			if lost := scraped(t, target, failedPoints); lost > 0 {
				t.Errorf("the program counts %v points as lost", lost)
			}
			before := scraped(t, address, pushes)
			program.Stop(t)
			if taken := scraped(t, address, pushes); taken <= before {
				t.Errorf("%v exports, %v of them before the end: the last one is missing", taken, before)
			}
			if refused := scraped(t, address, refusals); refused > 0 {
				t.Errorf("%v exports were refused: %s", refused, program.Stdout.Tail(2000))
			}
			if said := server.Stderr.Tail(1 << 20); strings.Contains(said, "out of order") {
				t.Errorf("Prometheus says: %s", said)
			}
			p := &prometheus{Process: server, url: "http://" + address}
			for _, expression := range []string{"sum(kvdb_requests_total)", "sum(go_schedule_duration_seconds_count)", "target_info"} {
				if v, ok := p.value(t, expression); !ok || v <= 0 {
					t.Errorf("%s is %v, %t", expression, v, ok)
				}
			}
		})
	}
}
