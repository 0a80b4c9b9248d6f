package otelsetup_test

import (
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// promtool has nothing to say about the names of this project. Those of the Go
// runtime are OpenTelemetry's.
func TestPromtool(t *testing.T) {
	promtool := process.Installed(t, "promtool")
	tel := start(t)
	use(t, tel, "orders")
	status, page := get(t, tel.MetricsHandler(), "text/plain")
	if status != http.StatusOK || !strings.Contains(page, "kvdb_") || !strings.Contains(page, "db_client_") {
		t.Fatalf("status %d, %s", status, page)
	}
	check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	check.Stdin = strings.NewReader(page)
	out, err := check.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "go_") {
			t.Error(line)
		}
	}
}
