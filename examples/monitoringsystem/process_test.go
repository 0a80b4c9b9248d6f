//go:build unix

package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A buffer is read while a process writes it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// A program runs until the end of the test, at the latest.
type program struct {
	cmd    *exec.Cmd
	stderr buffer
	ended  chan struct{}
	url    string
}

// launch starts a program in a process group of its own, so that what it starts
// ends with it, and waits until it says where it serves.
func launch(t *testing.T, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{cmd: cmd, ended: make(chan struct{})}
	cmd.Env = append(cmd.Environ(), "TMPDIR="+t.TempDir(), "OTEL_TRACES_SAMPLER=", "OTEL_EXPORTER_OTLP_ENDPOINT=")
	cmd.Stderr = &p.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-p.ended
		if t.Failed() {
			t.Logf("stderr:\n%s", p.stderr.String())
		}
	})
	eventually(t, "the greeting", func() bool {
		select {
		case <-p.ended:
			t.Fatalf("it ended: %s", p.stderr.String())
		default:
		}
		return strings.Contains(p.stderr.String(), "Stop with")
	})
	p.url = regexp.MustCompile(`http://[0-9.:]+`).FindString(p.stderr.String())
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
		eventually(t, path, func() bool {
			status, body := fetch(t, p.url+path)
			return status == http.StatusOK && strings.Contains(string(body), want)
		})
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	if status := p.cmd.ProcessState.ExitCode(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
	evidence := regexp.MustCompile(`evidence goes to (\S+)`).FindStringSubmatch(p.stderr.String())
	if evidence == nil {
		t.Fatalf("no word of the evidence: %s", p.stderr.String())
	}
	if _, err := os.Stat(filepath.Dir(evidence[1])); !os.IsNotExist(err) {
		t.Errorf("its directory: %v", err)
	}
}
