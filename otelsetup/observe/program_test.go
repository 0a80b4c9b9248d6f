package observe_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// program is what a reader writes. It uses its store until SIGTERM.
func program(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	store, obs, err := observe.Wrap(ctx, kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: "orders"}), observe.WithServiceName("shop"),
		observe.WithAddress("127.0.0.1:0"), observe.WithProfiles("127.0.0.1:0"), observe.WithDirectory(dir), observe.WithDrain(2*time.Second))
	if err != nil {
		return err
	}
	for range 10 {
		if err := store.Put(ctx, []byte("key"), []byte("value")); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return errors.Join(obs.Drain(ctx), store.Close(), obs.Shutdown(ctx))
}

// TestProgram is the life of a program: it starts, is scraped and probed, gets
// SIGTERM, says that it wants no more traffic while it still answers, and ends.
func TestProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process gets no SIGTERM here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), programVariable+"="+dir)
	p := process.Start(t, cmd)
	p.Eventually(t, "the first line", func() bool { return strings.Contains(p.Stdout.String(), "\n") })
	var first struct{ Message, Listen, Profiles, Directory string }
	line, _, _ := strings.Cut(p.Stdout.String(), "\n")
	if err := json.Unmarshal([]byte(line), &first); err != nil || first.Message != "observing" || first.Directory != dir {
		t.Fatalf("%v: the first line is %s", err, line)
	}

	for path, want := range map[string]string{
		"/": "profiles    http://" + first.Profiles + "/debug/pprof/\nevidence    " + dir + "\n", "/healthz": "alive\n", "/livez": "alive\n", "/readyz": "ready\n", "/readyz/database": "ready\n", "/startupz": "started\n",
		"/loglevel": `{"level":"info"}`, "/metrics": `service_name="shop"`,
	} {
		p.Eventually(t, path+" "+want, func() bool {
			status, body := request{path: path}.at(t, first.Listen)
			return status == http.StatusOK && strings.Contains(body, want)
		})
	}
	for range 2 { // a scrape changes nothing
		_, metrics := request{path: "/metrics"}.at(t, first.Listen)
		for _, want := range []string{
			`kvdb_requests_total{db_namespace="orders",db_operation_name="put",db_system_name="memory",kvdb_outcome="ok"} 10`,
			`health_ready{health_probe="readiness"} 1`, `health_check_status{health_check_kind="readiness",health_check_name="log",health_state="pass"} 1`,
			"process_cpu_seconds_total", "go_goroutine_count", "pprofx_captures_total",
		} {
			if !strings.Contains(metrics, want) {
				t.Errorf("/metrics has no %s", want)
			}
		}
	}
	if status, body := (request{path: "/debug/pprof/heap"}).at(t, first.Profiles); status != http.StatusOK || body == "" {
		t.Errorf("profiles: %d", status)
	}

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.Eventually(t, "draining", func() bool {
		status, body := request{path: "/readyz"}.at(t, first.Listen)
		return status == http.StatusServiceUnavailable && body == "draining\n"
	})
	if status, metrics := (request{path: "/metrics"}).at(t, first.Listen); status != http.StatusOK || !strings.Contains(metrics, `health_ready{health_probe="readiness"} 0`) {
		t.Errorf("the last scrape: %d", status)
	}
	if status := p.Wait(t); status != 0 || p.Stderr.String() != "" {
		t.Errorf("exit status %d, %s", status, p.Stderr.String())
	}
	messages := strings.Split(strings.TrimSpace(p.Stdout.String()), "\n")[1:]
	healthy := slices.DeleteFunc(messages, func(line string) bool { // a disk may be filling here
		return strings.Contains(line, `"check":"disk"`) || strings.Contains(line, `"check":"memory"`)
	})
	if len(healthy) != 2 || !strings.Contains(healthy[0], `"message":"draining"`) || !strings.Contains(healthy[1], `"message":"observing ended"`) {
		t.Fatalf("a program that starts and ends as it should says %q", healthy)
	}
	var last struct {
		Level, Reason string
		DrainMS       float64 `json:"drain_ms"`
		DurationMS    float64 `json:"duration_ms"`
	}
	if err := json.Unmarshal([]byte(healthy[1]), &last); err != nil || last.Level != "info" || last.Reason != "terminated signal received" ||
		last.DrainMS < 2000 || last.DurationMS < last.DrainMS {
		t.Errorf("%v: the last line is %s", err, healthy[1])
	}
}
