package demo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A notebook is a monitor that remembers.
type notebook struct {
	mu                  sync.Mutex
	calls               map[string]int
	failed, slow        int
	connections, memory int64
	closed              bool
	after               bool // something came after Close
}

func (n *notebook) note(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.after = n.after || n.closed
	f()
}

func (n *notebook) RecordOperation(operation string, d time.Duration, err error) {
	n.note(func() {
		n.calls[operation]++
		if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
			n.failed++
		}
		if d >= slowBy {
			n.slow++
		}
	})
}

func (n *notebook) UpdateConnections(c int64) { n.note(func() { n.connections = c }) }
func (n *notebook) UpdateMemory(b int64)      { n.note(func() { n.memory = b }) }
func (n *notebook) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "monitored")
}

func (n *notebook) Close() error {
	n.note(func() { n.closed = true })
	return nil
}

func TestRun(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	ctx, stop := context.WithCancel(t.Context())
	var stderr process.Buffer
	notes := &notebook{calls: make(map[string]int)}
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, "shop", []string{"-listen", "127.0.0.1:0"}, &stderr, func(kvdb.Store, string) (Monitor, error) { return notes, nil })
	}()
	process.Eventually(t, "the greeting", func() bool { return strings.Contains(stderr.String(), "Stop with") })
	url := regexp.MustCompile(`http://[0-9.:]+`).FindString(stderr.String())
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(method, path string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return strings.TrimSpace(string(body))
	}
	if got := ask(http.MethodGet, "/metrics"); got != "monitored" {
		t.Errorf("the monitor answers %q", got)
	}
	sees := func(what string, ok func() bool) {
		t.Helper()
		process.Eventually(t, what, func() bool {
			notes.mu.Lock()
			defer notes.mu.Unlock()
			return ok()
		})
	}
	sees("every operation", func() bool { return notes.calls["put"] > 0 && notes.calls["get"] > 0 && notes.calls["delete"] > 0 })
	sees("a slow operation", func() bool { return notes.slow > 0 })
	sees("a refused operation", func() bool { return notes.failed > 0 })
	sees("memory and connections", func() bool { return notes.memory > 0 && notes.connections == clients })

	notes.mu.Lock()
	before := notes.failed
	notes.mu.Unlock()
	if got := ask(http.MethodPost, "/close"); got != "closed" {
		t.Errorf("POST /close answers %q", got)
	}
	sees("failures", func() bool { return notes.failed > before+100 })

	stop()
	if status := <-ended; status != 0 {
		t.Errorf("status %d, %s", status, stderr.String())
	}
	if !notes.closed || notes.after {
		t.Errorf("the monitor is closed %t, and used after that %t", notes.closed, notes.after)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"help", []string{"-help"}, 0, "-listen"},
		{"no such flag", []string{"-nope"}, 2, "-nope"},
		{"an argument", []string{"now"}, 2, `unexpected argument "now"`},
		{"no address", []string{"-listen", "8080"}, 2, "-listen: "},
		{"no monitor", []string{"-listen", "127.0.0.1:0"}, 1, "shop: out of ideas"},
	} {
		var stderr bytes.Buffer
		status := Run(t.Context(), "shop", tc.args, &stderr, func(kvdb.Store, string) (Monitor, error) {
			return nil, errors.New("out of ideas")
		})
		if status != tc.status || !strings.Contains(stderr.String(), tc.says) {
			t.Errorf("%s: status %d, %q, want %d, %q", tc.name, status, stderr.String(), tc.status, tc.says)
		}
	}
}

// Nobody reads standard error: the program ends all the same.
func TestStderrThatIsFull(t *testing.T) {
	r, w := io.Pipe() // which takes nothing until somebody reads
	defer r.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	notes := &notebook{calls: make(map[string]int)}
	go func() {
		ended <- Run(ctx, "shop", []string{"-listen", "127.0.0.1:0"}, w, func(kvdb.Store, string) (Monitor, error) { return notes, nil })
	}()
	process.Eventually(t, "the load, after which comes the greeting", func() bool {
		notes.mu.Lock()
		defer notes.mu.Unlock()
		return len(notes.calls) > 0
	})
	stop()
	select {
	case status := <-ended:
		if status != 0 {
			t.Errorf("exit status %d", status)
		}
	case <-time.After(time.Minute):
		t.Fatal("the program does not end")
	}
}
