package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A quickstart is the program as a user runs it.
type quickstart struct {
	*process.Process // nil before begin

	t             *testing.T
	cmd           *exec.Cmd
	temp          string // where its temporary directory is made
	web, profiles string // URLs
}

// command prepares the program; its ports are free ones unless args say
// otherwise.
func command(t *testing.T, args ...string) *quickstart {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &quickstart{t: t, temp: t.TempDir()}
	p.cmd = exec.Command(path, args...)
	p.cmd.Env = append(os.Environ(), "TMPDIR="+p.temp, "TMP="+p.temp, "OTEL_TRACES_SAMPLER=", "OTEL_EXPORTER_OTLP_ENDPOINT=")
	return p
}

func freePorts(args ...string) []string {
	return append([]string{"-listen", "127.0.0.1:0", "-pprof", "127.0.0.1:0", "-drain", "0"}, args...)
}

// start runs the program until it serves.
func start(t *testing.T, args ...string) *quickstart {
	t.Helper()
	p := command(t, args...)
	p.launch()
	return p
}

// launch begins, and waits for the greeting.
func (p *quickstart) launch() {
	p.t.Helper()
	p.begin()
	p.eventually("the greeting", func() bool { return strings.Contains(p.Stderr.String(), "Stop with") })
	urls := regexp.MustCompile(`http://[0-9.:]+`).FindAllString(p.Stderr.String(), -1)
	p.web = urls[0]
	if i := strings.Index(p.Stderr.String(), "/debug/pprof"); i >= 0 {
		before := p.Stderr.String()[:i]
		p.profiles = before[strings.LastIndex(before, "http://"):] + "/debug/pprof/"
	}
}

func (p *quickstart) begin() {
	p.t.Helper()
	p.Process = process.Start(p.t, p.cmd)
}

// stop sends SIGTERM and expects the status 0.
func (p *quickstart) stop() {
	p.t.Helper()
	if status := p.Stop(p.t); status != 0 {
		p.t.Errorf("exit status %d after SIGTERM, want 0", status)
	}
}

func (p *quickstart) eventually(what string, ok func() bool) {
	p.t.Helper()
	p.Eventually(p.t, what, ok)
}

// lines returns the log lines so far, each of which must be a JSON object.
func (p *quickstart) lines() []map[string]any {
	p.t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(p.Stdout.String()) {
		if !strings.HasSuffix(line, "\n") {
			continue // being written
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			p.t.Fatalf("not a JSON line: %v: %s", err, line)
		}
		lines = append(lines, fields)
	}
	return lines
}

// line returns the first log line with a message, nil when there is none.
func (p *quickstart) line(message string) map[string]any {
	p.t.Helper()
	return p.lineWith("message", message)
}

// evidence returns the first log line about evidence that was captured for a
// reason, nil when there is none. A busy machine is a reason of its own.
func (p *quickstart) evidence(reason string) map[string]any {
	p.t.Helper()
	return p.lineWith("message", "evidence captured", "reason", reason)
}

func (p *quickstart) lineWith(fields ...string) map[string]any {
	p.t.Helper()
next:
	for _, line := range p.lines() {
		for i := 0; i < len(fields); i += 2 {
			if line[fields[i]] != fields[i+1] {
				continue next
			}
		}
		return line
	}
	return nil
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}

type response struct {
	status int
	header http.Header
	body   string
}

func call(t *testing.T, method, url string, header ...string) response {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{res.StatusCode, res.Header, string(body)}
}

func get(t *testing.T, url string, header ...string) string {
	t.Helper()
	res := call(t, http.MethodGet, url, header...)
	if res.status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", url, res.status, res.body)
	}
	return res.body
}
