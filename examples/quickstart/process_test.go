package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// soon is when whatever must happen has happened, on a busy machine, too.
const soon = time.Minute

// A process is the program as a user runs it.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr transcript
	temp           string // where its temporary directory is made
	web, profiles  string // URLs
	ended          chan struct{}
}

// command prepares the program; its ports are free ones unless args say
// otherwise.
func command(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, temp: t.TempDir(), ended: make(chan struct{})}
	p.cmd = exec.Command(path, args...)
	p.cmd.Env = append(os.Environ(), "TMPDIR="+p.temp, "TMP="+p.temp, "OTEL_TRACES_SAMPLER=", "OTEL_EXPORTER_OTLP_ENDPOINT=")
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	return p
}

func freePorts(args ...string) []string {
	return append([]string{"-listen", "127.0.0.1:0", "-pprof", "127.0.0.1:0", "-drain", "0"}, args...)
}

// start runs the program until it serves.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := command(t, args...)
	p.begin()
	p.eventually("the greeting", func() bool { return strings.Contains(p.stderr.String(), "Stop with") })
	urls := regexp.MustCompile(`http://[0-9.:]+`).FindAllString(p.stderr.String(), -1)
	p.web = urls[0]
	if i := strings.Index(p.stderr.String(), "/debug/pprof"); i >= 0 {
		before := p.stderr.String()[:i]
		p.profiles = before[strings.LastIndex(before, "http://"):] + "/debug/pprof/"
	}
	return p
}

func (p *process) begin() {
	p.t.Helper()
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait()
	}()
	p.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		if p.t.Failed() {
			p.t.Logf("stderr:\n%s\nthe last lines:\n%s", p.stderr.String(), tail(p.stdout.String()))
		}
	})
}

// tail returns the end of what a program has written.
func tail(text string) string {
	const most = 4 << 10
	return text[max(0, len(text)-most):]
}

// wait returns the exit status.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(soon):
		p.t.Fatal("the program does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// stop sends SIGTERM and expects the status 0.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if status := p.wait(); status != 0 {
		p.t.Errorf("exit status %d after SIGTERM, want 0", status)
	}
}

func (p *process) eventually(what string, ok func() bool) {
	p.t.Helper()
	eventually(p.t, what, func() bool {
		select {
		case <-p.ended:
			p.t.Fatalf("the program ended before %s", what)
		default:
		}
		return ok()
	})
}

// eventually polls until ok returns true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(soon)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("no sign of %s after %v", what, soon)
		case <-tick.C:
		}
	}
}

// lines returns the log lines so far, each of which must be a JSON object.
func (p *process) lines() []map[string]any {
	p.t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(p.stdout.String()) {
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
func (p *process) line(message string) map[string]any {
	p.t.Helper()
	return p.lineWith("message", message)
}

// evidence returns the first log line about evidence that was captured for a
// reason, nil when there is none. A busy machine is a reason of its own.
func (p *process) evidence(reason string) map[string]any {
	p.t.Helper()
	return p.lineWith("message", "evidence captured", "reason", reason)
}

func (p *process) lineWith(fields ...string) map[string]any {
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

// A transcript is a buffer that is read while it is written.
type transcript struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(b)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}
