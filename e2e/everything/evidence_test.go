package everything

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/pprofx"
)

// newProfiler starts profiles with every option on. Report is what is told of the
// checks, once there are any.
func newProfiler(t *testing.T, p *program, report *atomic.Pointer[func() []byte]) *pprofx.Profiler {
	t.Helper()
	profiler, err := pprofx.Start(pprofx.WithTelemetry(p), pprofx.WithDirectory(t.TempDir()), pprofx.WithAddress("127.0.0.1:0"),
		pprofx.WithMaxConcurrent(2), pprofx.WithBudget(0), pprofx.WithBlockRate(1_000_000), pprofx.WithCooldown(time.Hour), pprofx.WithLabels(instrument.ProfilerLabels{}),
		pprofx.WithMemory(func() float64 { return 0.95 }, 0.9), pprofx.WithGoroutineLimit(1),
		pprofx.WithHealthReport(func() []byte {
			if f := report.Load(); f != nil {
				return (*f)()
			}
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := profiler.Close(); err != nil {
			t.Errorf("profiles: %v", err)
		}
	})
	return profiler
}

// profile asks for profiles, well and badly, and captures evidence.
func profile(t *testing.T, profiler *pprofx.Profiler) {
	t.Helper()
	url := "http://" + profiler.Addr().String() + "/debug/pprof/"
	for path, want := range map[string]int{
		"heap": http.StatusOK, "trace?seconds=0.01": http.StatusOK, "nothing": http.StatusNotFound,
	} {
		if status := get(t, url+path, ""); status != want {
			t.Errorf("%s: status %d, want %d", path, status, want)
		}
	}
	if status := get(t, url, "elsewhere.example.com"); status != http.StatusForbidden {
		t.Errorf("for another host: status %d", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), often)
	defer cancel()
	if path, _ := profiler.Capture(ctx, "test"); path == "" { // the error is that of what had no time
		t.Error("nothing was captured")
	}
}

// get asks for a page under the name of a host.
func get(t *testing.T, url, host string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), process.Soon)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
