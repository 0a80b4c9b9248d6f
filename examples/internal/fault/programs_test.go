package fault_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

// binaries are the programs, built once for all tests.
var binaries = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "otelkv-faults-"); err != nil {
		return "", err
	}
	fault.BuildDir = dir
	for _, name := range programs {
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name+".exe"), "../../"+name).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	return dir, nil
})

var programs = []string{"quickstart", "kvserver"}

// A running is a program as its user runs it.
type running struct {
	*process.Process
	t          *testing.T
	name       string
	temp       string // where its temporary directory is made
	web, redis string // URL, and address for Redis clients of kvserver
}

// prepare returns the command that runs a program, at free ports.
func prepare(t *testing.T, name string, args ...string) (cmd *exec.Cmd, temp string) {
	t.Helper()
	dir, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	fixed := []string{"-listen", "127.0.0.1:0", "-drain", "0", "-pprof", ""}
	if name == "kvserver" {
		fixed = append(fixed, "-admin", "127.0.0.1:0")
	}
	temp = t.TempDir()
	cmd = exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(dir, name+".exe"), append(fixed, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp, "TMP="+temp, "OTEL_TRACES_SAMPLER=", "OTEL_EXPORTER_OTLP_ENDPOINT=", "OTEL_BSP_SCHEDULE_DELAY=500")
	return cmd, temp
}

// start runs a program until it serves.
func start(t *testing.T, name string, args ...string) *running {
	t.Helper()
	cmd, temp := prepare(t, name, args...)
	return greeted(t, &running{Process: process.Start(t, cmd), t: t, name: name, temp: temp})
}

var clients = regexp.MustCompile(`clients at (\S+)\n`)

func greeted(t *testing.T, r *running) *running {
	t.Helper()
	r.eventually("the greeting", func() bool { return strings.Contains(r.Stderr.String(), "Stop with") })
	said := r.Stderr.String()
	r.web = regexp.MustCompile(`http://[0-9.:]+`).FindString(said)
	if r.name == "kvserver" {
		r.redis = clients.FindStringSubmatch(said)[1]
	}
	return r
}

func (r *running) eventually(what string, ok func() bool) {
	r.t.Helper()
	r.Eventually(r.t, r.name+": "+what, ok)
}

// stop sends SIGTERM, and expects the status 0 and no file that is left.
func (r *running) stop() {
	r.t.Helper()
	if status := r.Stop(r.t); status != 0 {
		r.t.Errorf("%s: exit status %d after SIGTERM, want 0", r.name, status)
	}
	if left, err := os.ReadDir(r.temp); err != nil || len(left) > 0 {
		r.t.Errorf("%s left %v behind, %v", r.name, left, err)
	}
}

// try calls a program that may be between two processes.
func (r *running) try(method, path string) (status int, body string, err error) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(context.WithoutCancel(r.t.Context()), method, r.web+path, http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
	res, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

// turn switches to a fault.
func (r *running) turn(kind string) {
	r.t.Helper()
	r.eventually("POST "+kind, func() bool {
		status, body, err := r.try(http.MethodPost, "/fault?kind="+kind)
		if err == nil && (status != http.StatusOK || body != kind+"\n") {
			r.t.Fatalf("%s: POST %s: %d %s", r.name, kind, status, body)
		}
		return err == nil
	})
}

// series returns the sum of those of the page whose name and labels match.
func (r *running) series(pattern string) (sum float64, n int) {
	r.t.Helper()
	_, page, err := r.try(http.MethodGet, "/metrics")
	if err != nil {
		return 0, 0
	}
	matches := regexp.MustCompile("^" + pattern + "$")
	for line := range strings.Lines(page) {
		i := strings.LastIndexByte(line, ' ')
		if i < 0 || strings.HasPrefix(line, "#") || !matches.MatchString(line[:i]) {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(line[i:]), 64)
		if err != nil {
			r.t.Fatal(err)
		}
		sum, n = sum+v, n+1
	}
	return sum, n
}

func (r *running) started() float64 {
	at, _ := r.series("process_start_time_seconds")
	return at
}

// do sends a command to kvserver, and returns the first line of the reply.
func (r *running) do(command string) (reply string, err error) {
	conn, err := net.DialTimeout("tcp", r.redis, time.Minute)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		return "", err
	}
	reply, err = bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(reply), err
}
