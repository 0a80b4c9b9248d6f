package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// busy is what the CPU profile has to show.
//
//go:noinline
func busy(ctx context.Context) (n uint64) {
	for ctx.Err() == nil {
		for range 1 << 12 {
			n = n*6364136223846793005 + 1442695040888963407
		}
	}
	return n
}

func TestProfiles(t *testing.T) {
	s := newSystem(t)
	server := httptest.NewServer(s)
	defer server.Close()
	if status, _ := process.Get(t, server.URL+"/debug/pprof/heap"); status != http.StatusNotFound {
		t.Errorf("profiles before SetupProfiling: %d", status)
	}
	s.SetupProfiling()
	s.SetupProfiling() // no panic, and no second one

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan uint64)
	go func() { done <- busy(ctx) }()
	for path, function := range map[string]string{
		"goroutine":         "monitoringsystem.busy",
		"profile?seconds=2": "monitoringsystem.busy",
		"heap":              "",
	} {
		status, body := process.Get(t, server.URL+"/debug/pprof/"+path)
		p, err := profile.Parse(strings.NewReader(body))
		if status != http.StatusOK || err != nil {
			t.Errorf("%s: %d, %v", path, status, err)
			continue
		}
		if !shows(p, function) {
			t.Errorf("%s shows no %s", path, function)
		}
	}
	stop()
	<-done
}

// shows reports whether a profile has a sample with a function whose name ends
// so.
func shows(p *profile.Profile, function string) bool {
	for _, sample := range p.Sample {
		for _, location := range sample.Location {
			for _, line := range location.Line {
				if strings.HasSuffix(line.Function.Name, function) {
					return true
				}
			}
		}
	}
	return false
}

// TestStrangers: profiles are for this machine, also where the rest of the mux
// is for others.
func TestStrangers(t *testing.T) {
	s := newSystem(t)
	s.SetupProfiling()
	if status, _ := ask(s, "/debug/pprof/heap"); status != http.StatusForbidden {
		t.Errorf("%d for somebody from elsewhere", status)
	}
}

// TestFlightRecorder: a slow operation leaves the seconds before it, under its
// trace id, and its line says where.
func TestFlightRecorder(t *testing.T) {
	dir := t.TempDir()
	lines := logged(t, func() {
		s := NewMonitoringSystem(observe.WithDirectory(dir))
		s.RecordOperation("get", time.Millisecond, nil)
		s.RecordOperation("put", 300*time.Millisecond, nil)
		if err := s.Close(); err != nil { // which waits for the file
			t.Error(err)
		}
	})
	line := find(t, lines, "operation slow")
	trace, _ := line["trace_id"].(string)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 || line["evidence"] != files[0] || trace == "" || !strings.Contains(files[0], "flight-slow-put-"+trace) {
		t.Fatalf("files %v, %v, line %v", files, err, line)
	}
	if text := string(readFile(t, files[0])); !strings.HasPrefix(text, "go 1.") || !strings.Contains(text, trace) {
		t.Errorf("%s is no execution trace with the id of its operation in it", files[0])
	}
}

// TestNoDirectory: what cannot be had is said, and what is left does nothing.
func TestNoDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	writeFile(t, dir)
	s := NewMonitoringSystem(observe.WithDirectory(dir))
	defer s.Close()
	s.SetupProfiling()
	s.RecordOperation("put", time.Second, nil)
	s.UpdateConnections(1)
	if err := s.Watch(kvdb.NewMemory(nil)); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("Watch: %v", err)
	}
	if ready, _ := s.Readiness(); ready {
		t.Error("it is ready")
	}
}
