//go:build unix

package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A program runs until the end of the test, at the latest.
type program struct {
	*process.Process
	url string
}

// launch starts a program with all that it starts, and waits until it says where
// it serves.
func launch(t *testing.T, cmd *exec.Cmd) *program {
	t.Helper()
	cmd.Env = append(cmd.Environ(), "TMPDIR="+t.TempDir(), "OTEL_TRACES_SAMPLER=", "OTEL_EXPORTER_OTLP_ENDPOINT=")
	p := &program{Process: process.StartGroup(t, cmd)}
	p.Eventually(t, "the greeting", func() bool { return strings.Contains(p.Stderr.String(), "Stop with") })
	p.url = regexp.MustCompile(`http://[0-9.:]+`).FindString(p.Stderr.String())
	return p
}

// TestProgram: it serves everything, and ends on SIGTERM with 0 and without its
// files.
func TestProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "monitoringsystem")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := launch(t, exec.Command(path, "-listen", "127.0.0.1:0"))
	for path, want := range map[string]string{
		"/healthz": "alive\n", "/readyz": "ready\n", "/metrics": "kvdb_connections 4\n", "/debug/pprof/": "<title>Profiles</title>",
	} {
		process.Eventually(t, path, func() bool {
			status, body := process.Get(t, p.url+path)
			return status == http.StatusOK && strings.Contains(body, want)
		})
	}
	if status := p.Stop(t); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
	evidence := regexp.MustCompile(`evidence goes to (\S+)`).FindStringSubmatch(p.Stderr.String())
	if evidence == nil {
		t.Fatalf("no word of the evidence: %s", p.Stderr.String())
	}
	if _, err := os.Stat(filepath.Dir(evidence[1])); !os.IsNotExist(err) {
		t.Errorf("its directory: %v", err)
	}
}
