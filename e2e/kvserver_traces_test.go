package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

var exemplarIDs = regexp.MustCompile(`^db_client_operation_duration_seconds_bucket\{.*db_operation_name="get".* # \{.*span_id="([0-9a-f]+)".*trace_id="([0-9a-f]+)"`)

// openMetrics returns the page that Prometheus gets.
func openMetrics(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestKVServerTraces goes from an exemplar of a command that some client sent to its
// trace in a Collector, and to the line of the same operation, with nothing but the
// defaults of the program.
func TestKVServerTraces(t *testing.T) {
	collector := startCollector(t, startVictoriaLogs(t))
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+collector.addresses.http)
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
	s := startKVServer(t, "-engine", "memory")
	setLevel(t, strings.TrimPrefix(s.admin, "http://"), "debug") // a line for each operation
	client := s.client(t, 4)
	ctx := context.WithoutCancel(t.Context())
	s.Eventually(t, "an exemplar, its trace and its line", func() bool {
		for range 10 {
			if err := client.Set(ctx, "secret", "secret", 0).Err(); err != nil {
				t.Fatal(err)
			}
			if err := client.Get(ctx, "secret").Err(); err != nil {
				t.Fatal(err)
			}
		}
		spans := collector.spans(t)
		for line := range strings.Lines(openMetrics(t, s.admin)) {
			found := exemplarIDs.FindStringSubmatch(line)
			if found == nil {
				continue
			}
			spanID, traceID := found[1], found[2]
			operation, ok := spans[traceID+spanID]
			if !ok || !logged(t, s.Stdout.String(), traceID, spanID) {
				continue
			}
			root, ok := spans[traceID+operation.ParentSpanID]
			if operation.Name != "get kvserver" || !ok || root.Name != "GET" || root.ParentSpanID != "" {
				t.Fatalf("the exemplar names %+v below %+v", operation, root)
			}
			return true
		}
		return false
	})
}

// logged reports whether an operation has a line.
func logged(t *testing.T, stdout, traceID, spanID string) bool {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(stdout[:strings.LastIndexByte(stdout, '\n')+1]))
	for lines.Scan() {
		var l operationLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatalf("standard output is not JSON lines: %v: %q", err, lines.Bytes())
		}
		if l.TraceID == traceID && l.SpanID == spanID {
			return true
		}
	}
	return false
}

// TestKVServerTracesByTheUser: none by the flag, and none by the variable, which is
// there for all programs.
func TestKVServerTracesByTheUser(t *testing.T) {
	receiver := newReceiver(t)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", receiver.url+"/v1/traces")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
	for _, tt := range []struct {
		sampler string
		traces  string
		any     bool
	}{
		{"", "0", false}, {"always_off", "1000", false}, {"always_on", "0", false}, {"always_on", "1000", true},
	} {
		t.Setenv("OTEL_TRACES_SAMPLER", tt.sampler)
		s := startKVServer(t, "-engine", "memory", "-traces", tt.traces)
		client, ctx := s.client(t, 1), context.WithoutCancel(t.Context())
		for range 100 {
			if err := client.Set(ctx, "k", "v", 0).Err(); err != nil {
				t.Fatal(err)
			}
		}
		s.Stop(t) // which sends what is left
		receiver.mu.Lock()
		if n := len(receiver.spans); n > 0 != tt.any {
			t.Errorf("sampler %q, -traces %s: %d spans", tt.sampler, tt.traces, n)
		}
		receiver.mu.Unlock()
		if page := s.Stderr.String(); strings.Contains(page, "not delivered") {
			t.Errorf("%s", page)
		}
	}
}

// TestNativeHistograms: a Prometheus that ingests native histograms has those of either
// program with -native, and without it none.
func TestNativeHistograms(t *testing.T) {
	t.Parallel()
	process.Installed(t, "prometheus")
	_, quick := runQuickstart(t, []string{"-native"})
	native := strings.TrimPrefix(busyKVServer(t, "-native").admin, "http://")
	classic := strings.TrimPrefix(busyKVServer(t).admin, "http://")
	for version, server := range map[string]prometheusServer{
		"of Debian": {path: process.Installed(t, "prometheus"), flags: []string{"--enable-feature=native-histograms"}},
		"3":         {path: prometheusTool.built(t), global: ", scrape_native_histograms: true"},
	} {
		t.Run(version, func(t *testing.T) {
			p := server.run(t, time.Second, quick, native, classic)
			for _, target := range []string{quick, native} {
				series := `{db_operation_name="get",error_type="",instance="` + target + `"}`
				p.eventually(t, `histogram_count(db_client_operation_duration_seconds`+series+`)`, func(v float64) bool { return v > 100 })
				p.eventually(t, `histogram_quantile(0.5, db_client_operation_duration_seconds`+series+`)`, func(v float64) bool { return v > 0 && v < 1 })
			}
			p.eventually(t, `sum(db_client_operation_duration_seconds_count{instance="`+classic+`"})`, func(v float64) bool { return v > 100 })
			if v, ok := p.value(t, `histogram_count(db_client_operation_duration_seconds{instance="`+classic+`"})`); ok {
				t.Errorf("without -native there is a native histogram of %v operations", v)
			}
		})
	}
}

// busyKVServer has answered some commands.
func busyKVServer(t *testing.T, args ...string) *kvserver {
	t.Helper()
	s := startKVServer(t, append(args, "-engine", "memory")...)
	client, ctx := s.client(t, 1), context.WithoutCancel(t.Context())
	for range 200 {
		_ = client.Get(ctx, "k").Err()
	}
	return s
}
