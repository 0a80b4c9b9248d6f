package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/otelsetup"
)

var inRepository = regexp.MustCompile(`^https://github\.com/otelkv/otelkv/(blob|tree)/main/(.+)$`)

// leads follows a link of the page, to the program or to what the repository has.
func leads(t *testing.T, p *quickstart, link string) {
	t.Helper()
	if strings.HasPrefix(link, "/") {
		if res := call(t, http.MethodGet, p.web+link); res.status != http.StatusOK && res.status != http.StatusServiceUnavailable { // a probe may say no
			t.Errorf("the page links to %s, which answers %d", link, res.status)
		}
		return
	}
	m := inRepository.FindStringSubmatch(link)
	if m == nil {
		t.Errorf("the page links to %s, which is neither of the program nor of the repository", link)
		return
	}
	info, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(m[2])))
	if err != nil || info.IsDir() != (m[1] == "tree") {
		t.Errorf("the page links to %s, which is not there: %v", link, err)
	}
}

// TestServes runs the program as its user does, and looks at all that it shows.
func TestServes(t *testing.T) {
	p := start(t, freePorts()...)

	t.Run("probes", func(t *testing.T) {
		p.eventually("readiness", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })
		for path, want := range map[string]string{"/healthz": "alive\n", "/readyz": "ready\n", "/startupz": "started\n", "/fault": "none\n"} {
			if got := get(t, p.web+path); got != want {
				t.Errorf("GET %s = %q, want %q", path, got, want)
			}
		}
		for _, check := range []string{"database", "operations", "replication", "disk", "memory", "log"} {
			if got := get(t, p.web+"/readyz/"+check); got != "ready\n" {
				t.Errorf("GET /readyz/%s = %q", check, got)
			}
		}
		if got := get(t, p.web+"/healthz?verbose"); !strings.Contains(got, "[+] load: pass\n") {
			t.Errorf("GET /healthz?verbose = %q, want the loop of the load", got)
		}
		if got := get(t, p.web+"/readyz", "Accept", "application/health+json"); !strings.Contains(got, "duration_ms") {
			t.Errorf("no details to somebody on this machine: %s", got)
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			if res := call(t, http.MethodHead, p.web+path); res.status != http.StatusOK || res.body != "" {
				t.Errorf("HEAD %s = %d %q", path, res.status, res.body)
			}
			if res := call(t, http.MethodPost, p.web+path); res.status != http.StatusMethodNotAllowed {
				t.Errorf("POST %s = %d, want 405", path, res.status)
			}
		}
	})
	t.Run("index", func(t *testing.T) {
		page := get(t, p.web+"/")
		for _, path := range []string{"/metrics", "/healthz", "/readyz", "/startupz", "/loglevel", "/fault"} {
			if !strings.Contains(page, path) {
				t.Errorf("the page does not name %s", path)
			}
		}
		for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			leads(t, p, m[1])
		}
		for _, file := range []string{"monitoring/dashboard.json", "monitoring/rules.yaml", "monitoring/runbooks", "docs/guides/dashboard.md"} {
			if !strings.Contains(page, "/main/"+file+`"`) {
				t.Errorf("the page does not link to %s", file)
			}
		}
		if res := call(t, http.MethodGet, p.web+"/nothing"); res.status != http.StatusNotFound {
			t.Errorf("GET /nothing = %d, want 404", res.status)
		}
	})
	t.Run("loglevel", func(t *testing.T) {
		if got := get(t, p.web+"/loglevel"); !strings.Contains(got, `"info"`) {
			t.Errorf("GET /loglevel = %s", got)
		}
		if res := call(t, http.MethodPut, p.web+"/loglevel?level=debug&for=1m"); res.status != http.StatusOK || !strings.Contains(res.body, `"then":"info"`) {
			t.Errorf("PUT /loglevel = %d %s", res.status, res.body)
		}
		p.eventually("a line for a success", func() bool { return strings.Contains(p.Stdout.String(), "operation succeeded") })
		if res := call(t, http.MethodPut, p.web+"/loglevel?level=loud"); res.status != http.StatusBadRequest {
			t.Errorf("PUT of an unknown level = %d %s", res.status, res.body)
		}
		call(t, http.MethodPut, p.web+"/loglevel?level=info")
	})
	t.Run("metrics", func(t *testing.T) { testMetrics(t, p) })
	t.Run("exemplars", func(t *testing.T) {
		exemplar := regexp.MustCompile(`(?m)^db_client_operation_duration_seconds_bucket\{.*db_operation_name="get".*\} \d+ # \{trace_id="[0-9a-f]{32}",span_id="[0-9a-f]{16}"\}`)
		p.eventually("an exemplar", func() bool {
			res := call(t, http.MethodGet, p.web+"/metrics", "Accept", "application/openmetrics-text")
			return strings.HasPrefix(res.header.Get("Content-Type"), "application/openmetrics-text") &&
				strings.HasSuffix(res.body, "# EOF\n") && exemplar.MatchString(res.body)
		})
	})
	t.Run("profiles", func(t *testing.T) { testProfiles(t, p.profiles) })

	entries, err := os.ReadDir(p.temp)
	if err != nil || len(entries) != 1 {
		t.Errorf("temporary directory: %v, %v, want one entry", entries, err)
	}
	p.stop()
	if entries, err := os.ReadDir(p.temp); err != nil || len(entries) != 0 {
		t.Errorf("the program left %v, %v", entries, err)
	}
	if !strings.Contains(lastLine(p.Stderr.String()), "stopped after") {
		t.Errorf("the last line is %q", lastLine(p.Stderr.String()))
	}
	for _, line := range p.lines() {
		at, _ := line["timestamp"].(string)
		if _, err := time.Parse(time.RFC3339Nano, at); err != nil || !strings.HasSuffix(at, "Z") || line["level"] == nil || line["message"] == nil {
			t.Errorf("log line %v", line)
		}
	}
	if p.line("started") == nil || p.line("stopping") == nil {
		t.Errorf("the log does not tell start and stop: %v", p.lines())
	}
}

// TestDrain: before it ends, the program says so and serves on.
func TestDrain(t *testing.T) {
	p := start(t, freePorts("-pprof", "", "-drain", "8s")...)
	p.eventually("readiness", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.eventually("unreadiness", func() bool {
		res := call(t, http.MethodGet, p.web+"/readyz")
		return res.status == http.StatusServiceUnavailable && res.body == "draining\n"
	})
	if got := get(t, p.web+"/healthz"); got != "alive\n" {
		t.Errorf("GET /healthz = %q", got)
	}
	if got := get(t, p.web+"/metrics"); !strings.Contains(got, "kvdb_requests_total") {
		t.Error("no metrics any more")
	}
	if status := p.Wait(t); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}

// TestSecondSignal ends a program that drains.
func TestSecondSignal(t *testing.T) {
	p := start(t, freePorts("-pprof", "", "-drain", "1h")...)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.eventually("drain", func() bool { return p.line("draining") != nil })
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.Wait(t)
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGTERM {
		t.Errorf("ended with %v", p.cmd.ProcessState)
	}
}

// TestReaderGone: Ctrl-C ends the other side of a pipe, too, and the program
// ends as it should all the same.
func TestReaderGone(t *testing.T) {
	p := command(t, freePorts("-pprof", "")...)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout = writer
	p.begin()
	writer.Close()
	p.eventually("the greeting", func() bool { return strings.Contains(p.Stderr.String(), "Stop with") })
	reader.Close()
	p.stop()
	if says := p.Stderr.String(); !strings.Contains(lastLine(says), "stopped after") {
		t.Errorf("the last line is %q", lastLine(says))
	}
	if entries, err := os.ReadDir(p.temp); err != nil || len(entries) != 0 {
		t.Errorf("the program left %v, %v", entries, err)
	}
}

func TestStoppedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr process.Buffer
	if status := run(ctx, freePorts("-dir", t.TempDir()), &stderr); status != 0 || !strings.Contains(stderr.String(), "before the load began") {
		t.Errorf("exit status %d: %s", status, stderr.String())
	}
}

// TestUnreachableReceiver: that spans cannot be delivered is told, and is no
// reason to fail.
func TestUnreachableReceiver(t *testing.T) {
	p := command(t, freePorts("-pprof", "")...)
	p.cmd.Env = append(p.cmd.Env, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TIMEOUT=200", "OTEL_TRACES_SAMPLER=always_on")
	p.begin()
	p.eventually("the greeting", func() bool { return strings.Contains(p.Stderr.String(), "Stop with") })
	p.stop()
}

// Nobody reads standard error: the program serves and ends all the same.
func TestStderrThatIsFull(t *testing.T) {
	r, w := io.Pipe() // which takes nothing until somebody reads
	defer r.Close()
	core, lines := observer.New(zapcore.InfoLevel)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, freePorts("-drain", "0"), w, otelsetup.WithLogger(zap.New(core))) }()
	process.Eventually(t, "the line after the greeting", func() bool { return lines.FilterMessage("started").Len() > 0 })
	cancel()
	select {
	case status := <-ended:
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
	case <-time.After(process.Soon):
		t.Fatal("the program does not end")
	}
}
