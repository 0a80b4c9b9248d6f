package repotest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// seeAll looks at everything that a program of package observe shows on its first
// run: probes, the level of the log, profiles, evidence, and lines of JSON.
func seeAll(t *testing.T, url, dir string, out *process.Buffer) {
	t.Helper()
	for path, want := range map[string]string{
		"/healthz": "alive\n", "/livez": "alive\n", "/startupz": "started\n", "/readyz": "ready\n",
		"/readyz/database": "ready\n", "/readyz/operations": "ready\n", "/readyz/log": "ready\n", "/loglevel": `{"level":"info"}` + "\n",
	} {
		process.Eventually(t, path, func() bool {
			status, body, err := fetch(t, url+path, "")
			return err == nil && status == http.StatusOK && body == want
		})
	}
	_, page, err := fetch(t, url+"/metrics", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"db_client_operation_duration_seconds_bucket{", "kvdb_utilization_ratio{", "kvdb_engine_", `health_ready{health_probe="readiness"} 1`,
		"health_check_status{", "pprofx_captures_total{", "process_resident_memory_bytes ", "go_memory_used_bytes", "target_info{",
	} {
		if !strings.Contains(page, "\n"+want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	var first struct{ Message, Profiles, Directory string }
	for line := range strings.Lines(out.String()) {
		if err := json.Unmarshal([]byte(line), &first); err != nil {
			t.Errorf("a line that is no JSON: %s", line)
		}
		if first.Message != "observing" {
			t.Errorf("before the line that says what is observed: %s", line)
		}
		break
	}
	if status, body, err := fetch(t, "http://"+first.Profiles+"/debug/pprof/heap", ""); err != nil || status != http.StatusOK || body == "" {
		t.Errorf("profiles at %q: %d, %v", first.Profiles, status, err)
	}
	if info, err := os.Stat(first.Directory); err != nil || !info.IsDir() || first.Directory != filepath.Join(dir, "evidence") {
		t.Errorf("the directory for evidence %q: %v", first.Directory, err)
	}
}

// drains waits until a program that has got SIGTERM says that it wants no more
// traffic, and still answers.
func drains(t *testing.T, url string) {
	t.Helper()
	process.Eventually(t, "draining", func() bool {
		status, body, err := fetch(t, url+"/readyz", "")
		return err == nil && status == http.StatusServiceUnavailable && body == "draining\n"
	})
	if status, body, err := fetch(t, url+"/metrics", ""); err != nil || status != http.StatusOK {
		t.Errorf("the last scrape: %d %s, %v", status, body, err)
	}
}
