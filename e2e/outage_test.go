package e2e

import (
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// scraped returns what /metrics says of series, summed over those that match.
func scraped(t *testing.T, target string, series *regexp.Regexp) (total float64) {
	t.Helper()
	body, err := fetch(t, "http://"+target+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`(?m)^([^#\s]\S*(?:\{.*\})?) (\S+)$`).FindAllSubmatch(body, -1) {
		if !series.Match(found[1]) {
			continue
		}
		v, err := strconv.ParseFloat(string(found[2]), 64)
		if err != nil {
			t.Fatal(err)
		}
		total += v
	}
	return total
}

var (
	allRequests = regexp.MustCompile(`^kvdb_requests_total\{`)
	lostLogs    = regexp.MustCompile(`^otel_sdk_(processor_log_processed|exporter_log_exported)_total\{.*error_type=`)
	lostSpans   = regexp.MustCompile(`^otel_sdk_(processor_span_processed|exporter_span_exported)_total\{.*error_type=`)
)

// outage waits for losses to show on /metrics while the receiver of one signal
// is away, and wants the program to serve at its rate meanwhile.
func outage(t *testing.T, program *process.Process, target string, lost *regexp.Regexp) {
	t.Helper()
	began, before, already := time.Now(), scraped(t, target, allRequests), scraped(t, target, lost)
	program.Eventually(t, "losses on /metrics", func() bool { return scraped(t, target, lost) > already })
	program.Eventually(t, "1,000 more operations", func() bool { return scraped(t, target, allRequests) > before+1000 })
	rate := (scraped(t, target, allRequests) - before) / time.Since(began).Seconds()
	t.Logf("%.0f lost, %.0f operations a second", scraped(t, target, lost)-already, rate)
	if rate < 200 { // a tenth of what is asked for
		t.Errorf("%.0f operations a second while the receiver is away, 2000 are asked for", rate)
	}
}

// The log store crashes and comes back: the program goes on, tells what is
// lost, and new records arrive.
func TestLogStoreComesBack(t *testing.T) {
	t.Parallel()
	v := startVictoriaLogs(t)
	program, target := startQuickstart(t,
		"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT="+v.otlp(), "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT=1000",
		"OTEL_BLRP_SCHEDULE_DELAY=100", "OTEL_BLRP_MAX_QUEUE_SIZE=8", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=4")
	setFault(t, target, "errors")
	const query = `service.name:="quickstart" "operation failed"`
	v.Eventually(t, "records", func() bool { return len(v.query(t, query)) > 0 })

	v.Kill(t)
	outage(t, program, target, lostLogs)

	v = runVictoriaLogs(t, v.address, v.dir)
	back := time.Now().UTC().Format(time.RFC3339Nano)
	v.Eventually(t, "new records", func() bool { return len(v.query(t, query+" _time:>"+back)) > 0 })
}

// So does a Collector.
func TestCollectorComesBack(t *testing.T) {
	t.Parallel()
	v := startVictoriaLogs(t)
	c := startCollector(t, v)
	program, target := startQuickstart(t,
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://"+c.addresses.http, "OTEL_EXPORTER_OTLP_TIMEOUT=1000",
		"OTEL_BSP_SCHEDULE_DELAY=100", "OTEL_BSP_MAX_QUEUE_SIZE=64", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=64")
	c.Eventually(t, "spans", func() bool { return len(c.spans(t)) > 0 })

	c.Kill(t)
	outage(t, program, target, lostSpans)

	c = runCollector(t, c.addresses, t.TempDir())
	c.Eventually(t, "new spans", func() bool { return len(c.spans(t)) > 0 })
}
