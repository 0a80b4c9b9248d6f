package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestSize: an example of a hundred lines is one.
func TestSize(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var lines int
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		lines += bytes.Count(readFile(t, file), []byte("\n"))
	}
	if lines == 0 || lines >= 100 {
		t.Errorf("the example has %d lines, want less than 100", lines)
	}
}

// newSystem returns a system that the end of the test closes, and that leaves no
// goroutine. Those of a course's test, which closes nothing, stay.
func newSystem(t *testing.T) *MonitoringSystem {
	t.Helper()
	others := goleak.IgnoreCurrent()
	s := NewMonitoringSystem()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		goleak.VerifyNone(t, others)
	})
	return s
}

// ask returns the answer of a handler to a GET.
func ask(h http.Handler, path string) (status int, body string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return w.Code, w.Body.String()
}

// scrape returns the series of /metrics whose names begin so, and their values.
func scrape(t *testing.T, h http.Handler, prefix string) map[string]string {
	t.Helper()
	status, body := ask(h, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics: %d %s", status, body)
	}
	series := make(map[string]string)
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, prefix) {
			i := strings.LastIndexByte(line, ' ')
			series[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return series
}

// logged returns the log lines that are written to standard output while f runs, but
// for those that tell that it starts, ends and is well.
func logged(t *testing.T, f func()) []map[string]any {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := os.Stdout
	os.Stdout = file
	defer func() { os.Stdout = before }()
	f()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	var lines []map[string]any
	for decoder := json.NewDecoder(file); decoder.More(); {
		var line map[string]any
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line["level"] != "info" {
			lines = append(lines, line)
		}
	}
	return lines
}

// find returns the first line with a message.
func find(t *testing.T, lines []map[string]any, message string) map[string]any {
	t.Helper()
	for _, line := range lines {
		if line["message"] == message {
			return line
		}
	}
	t.Fatalf("no line %q among %v", message, lines)
	return nil
}

// poll returns whether ok returns true before long.
func poll(ok func() bool) bool {
	deadline := time.After(time.Minute)
	for !ok() {
		select {
		case <-deadline:
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
	return true
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
