package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testProfiles takes every profile of a running program.
func testProfiles(t *testing.T, url string) {
	const gzip, goTrace = "\x1f\x8b", "go 1."
	index := get(t, url)
	for path, begins := range map[string]string{
		"heap": gzip, "allocs": gzip, "goroutine": gzip, "mutex": gzip, "block": gzip, "threadcreate": gzip,
		"profile?seconds=0.2": gzip, "trace?seconds=0.2": goTrace,
		"goroutine?debug=1": "goroutine profile:",
	} {
		if body := get(t, url+path); !strings.HasPrefix(body, begins) {
			t.Errorf("%s begins with %.20q, want %q", path, body, begins)
		}
		if name, _, _ := strings.Cut(path, "?"); !strings.Contains(index, name) {
			t.Errorf("the index does not name %s", name)
		}
	}
	for _, path := range []string{"profile?seconds=10000", "trace?seconds=0"} {
		if res := call(t, http.MethodGet, url+path); res.status != http.StatusBadRequest {
			t.Errorf("%s = %d, want 400", path, res.status)
		}
	}
	if res := call(t, http.MethodGet, url+"cmdline"); res.status != http.StatusNotFound {
		t.Errorf("cmdline = %d: it may hold secrets", res.status)
	}
}

// TestProfileEndsWithTheProgram: a profile that would take minutes does not keep
// the program for one.
func TestProfileEndsWithTheProgram(t *testing.T) {
	p := start(t, freePorts()...)
	trace := make(chan response, 1)
	go func() {
		defer close(trace)
		for {
			res := call(t, http.MethodGet, p.profiles+"trace?seconds=300")
			if res.status != http.StatusConflict { // with the short ones below
				trace <- res
				return
			}
		}
	}()
	p.eventually("a trace under way", func() bool {
		return call(t, http.MethodGet, p.profiles+"trace?seconds=0.01").status == http.StatusConflict
	})
	p.stop()
	if res := <-trace; res.status != http.StatusOK || !strings.HasPrefix(res.body, "go 1.") {
		t.Errorf("the trace that was cut short: %d, %d bytes", res.status, len(res.body))
	}
}

// TestSlowOperationLeavesEvidence: its line names the execution trace of the
// seconds before, which outlives the program.
func TestSlowOperationLeavesEvidence(t *testing.T) {
	dir := t.TempDir()
	p := start(t, freePorts("-dir", dir, "-fault", "slow")...)
	if !strings.Contains(p.Stderr.String(), filepath.Join(dir, "profiles")) {
		t.Errorf("the greeting does not name the directory: %s", p.Stderr.String())
	}
	p.eventually("evidence", func() bool { return p.evidence("slow") != nil })
	p.stop()
	path, _ := p.line("operation slow")["evidence"].(string)
	trace, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := p.evidence("slow")["trace_id"].(string)
	if id == "" || !strings.Contains(path, id) || !strings.Contains(string(trace), id) {
		t.Errorf("%s, of %d bytes, has no trace id %q", path, len(trace), id)
	}
	for _, line := range p.lines() {
		// One that began after the recording names none.
		if evidence, named := line["evidence"]; named && line["message"] == "operation slow" && evidence != path {
			t.Fatalf("one burst, and more than one file: %v", line)
		}
	}
}

// TestUnreadinessLeavesEvidence captures what a person would look at.
func TestUnreadinessLeavesEvidence(t *testing.T) {
	dir := t.TempDir()
	p := start(t, freePorts("-dir", dir)...)
	p.eventually("readiness", func() bool { return call(t, http.MethodGet, p.web+"/readyz").status == http.StatusOK })
	call(t, http.MethodPost, p.web+"/fault?kind=disk")
	p.eventually("evidence", func() bool { return p.evidence("readiness") != nil })
	p.stop()
	for _, kind := range []string{"cpu", "flight", "goroutine", "health", "heap", "mutex"} {
		found, err := filepath.Glob(filepath.Join(dir, "profiles", "*-"+kind+"-readiness-disk.*"))
		if err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v", kind, found, err)
		}
	}
}

// TestWithoutProfiles leaves nothing.
func TestWithoutProfiles(t *testing.T) {
	dir := t.TempDir()
	p := start(t, freePorts("-pprof", "", "-dir", dir, "-fault", "slow")...)
	p.eventually("a slow operation", func() bool { return p.line("operation slow") != nil })
	if line := p.line("operation slow"); line["evidence"] != nil {
		t.Errorf("%v", line)
	}
	if _, err := os.Stat(filepath.Join(dir, "profiles")); !os.IsNotExist(err) || strings.Contains(p.Stderr.String(), "profiles") {
		t.Errorf("%v, %s", err, p.Stderr.String())
	}
	p.stop()
}
