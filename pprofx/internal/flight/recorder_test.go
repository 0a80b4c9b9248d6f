package flight_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/flight"
)

func start(t testing.TB) *flight.Recorder {
	t.Helper()
	// It has to reach back behind runs of "go tool trace", which take seconds on a busy machine.
	r, err := flight.Start(time.Hour, 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

func snapshot(t testing.TB, r *flight.Recorder, notes ...flight.Note) []byte {
	t.Helper()
	data, err := r.Snapshot(notes...)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// events returns the events of a trace as "go tool trace" reads them.
func events(t testing.TB, snapshot []byte) string {
	t.Helper()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	file := filepath.Join(t.TempDir(), "snapshot.trace")
	if err := os.WriteFile(file, snapshot, 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), goTool, "tool", "trace", "-d=parsed", file)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("go tool trace: %v: %s", err, stderr.String())
	}
	return stdout.String()
}

func wantLog(t testing.TB, events, category, message string) {
	t.Helper()
	for line := range strings.Lines(events) {
		if strings.Contains(line, " Log ") && strings.Contains(line, category) && strings.Contains(line, message) {
			return
		}
	}
	t.Errorf("no log %q %q among the events", category, message)
}

// A snapshot has what came before it, and its notes.
func TestSnapshot(t *testing.T) {
	r := start(t)
	trace.Log(context.Background(), "before", "something happened")
	first := snapshot(t, r, flight.Note{Category: "trace_id", Text: "4bf92f3577b34da6a3ce929d0e0e4736"}, flight.Note{Category: "operation", Text: "get"})
	got := events(t, first)
	wantLog(t, got, "before", "something happened")
	wantLog(t, got, "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")
	wantLog(t, got, "operation", "get")

	second := events(t, snapshot(t, r, flight.Note{Category: "trace_id", Text: "5bf92f3577b34da6a3ce929d0e0e4736"}))
	wantLog(t, second, "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")
	wantLog(t, second, "trace_id", "5bf92f3577b34da6a3ce929d0e0e4736")
}

func TestSnapshotBesideTrace(t *testing.T) {
	r := start(t)
	var beside bytes.Buffer
	if err := trace.Start(&beside); err != nil {
		t.Fatal(err)
	}
	got := snapshot(t, r, flight.Note{Category: "evidence", Text: "one"})
	trace.Stop()
	wantLog(t, events(t, got), "evidence", "one")
	wantLog(t, events(t, beside.Bytes()), "evidence", "one")
	wantLog(t, events(t, snapshot(t, r, flight.Note{Category: "evidence", Text: "two"})), "evidence", "two")

	r.Stop()
	beside.Reset()
	if err := trace.Start(&beside); err != nil {
		t.Fatal(err)
	}
	late := start(t)
	got = snapshot(t, late, flight.Note{Category: "evidence", Text: "three"})
	late.Stop()
	trace.Stop()
	wantLog(t, events(t, got), "evidence", "three")
	wantLog(t, events(t, beside.Bytes()), "evidence", "three")
}

func TestStartTwice(t *testing.T) {
	r := start(t)
	for range 2 {
		if second, err := flight.Start(time.Second, 4<<20); err == nil || second != nil || !strings.Contains(err.Error(), "a process has one flight recorder") {
			t.Errorf("Start beside another = %v, %v; want an error that says so", second, err)
		}
	}
	snapshot(t, r)
	r.Stop()
	r.Stop()
	again, err := flight.Start(time.Second, 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Stop()
	if data, err := r.Snapshot(); data != nil || !errors.Is(err, flight.ErrStopped) {
		t.Errorf("Snapshot of a stopped recorder = %d bytes, %v; want ErrStopped", len(data), err)
	}
	snapshot(t, again)
}

// A recorder that is not of this package counts too.
func TestStartBesideForeign(t *testing.T) {
	foreign := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := foreign.Start(); err != nil {
		t.Fatal(err)
	}
	defer foreign.Stop()
	if _, err := flight.Start(time.Second, 4<<20); err == nil {
		t.Error("there are two flight recorders")
	}
}

// A snapshot far beyond the recorder's memory is refused, not cut off.
func TestTooLarge(t *testing.T) {
	r, err := flight.Start(time.Second, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	if data, err := r.Snapshot(); data != nil || !errors.Is(err, flight.ErrTooLarge) {
		t.Errorf("Snapshot = %d bytes, %v; want ErrTooLarge", len(data), err)
	}
}

// At once, each gets a snapshot with its own notes, also while others stop.
func TestSnapshotConcurrentSafe(t *testing.T) {
	r := start(t)
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			note := fmt.Sprintf("evidence of %d", i)
			if data, err := r.Snapshot(flight.Note{Category: "evidence", Text: note}); err != nil || !bytes.Contains(data, []byte(note)) {
				t.Errorf("%s is not in its snapshot of %d bytes, %v", note, len(data), err)
			}
		})
	}
	callers.Wait()
	for range 4 {
		callers.Go(func() { _, _ = r.Snapshot() })
		callers.Go(r.Stop)
	}
	callers.Wait()
}
