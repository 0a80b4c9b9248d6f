package flight_test

import (
	"bytes"
	"context"
	"errors"
	"io"
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
	r, err := flight.Start(time.Second, 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

func snapshot(t testing.TB, r *flight.Recorder, notes ...flight.Note) []byte {
	t.Helper()
	var buf bytes.Buffer
	n, err := r.Snapshot(&buf, notes...)
	if err != nil || n != int64(buf.Len()) {
		t.Fatalf("Snapshot = %d, %v; %d bytes were written", n, err, buf.Len())
	}
	return buf.Bytes()
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
		if second, err := flight.Start(0, 0); err == nil || second != nil || !strings.Contains(err.Error(), "a process has one flight recorder") {
			t.Errorf("Start beside another = %v, %v; want an error that says so", second, err)
		}
	}
	snapshot(t, r)
	r.Stop()
	r.Stop()
	again, err := flight.Start(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Stop()
	if n, err := r.Snapshot(io.Discard); n != 0 || !errors.Is(err, flight.ErrStopped) {
		t.Errorf("Snapshot of a stopped recorder = %d, %v; want ErrStopped", n, err)
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
	if _, err := flight.Start(0, 0); err == nil {
		t.Error("there are two flight recorders")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// While a writer takes its time, all others go on.
func TestSlowWriter(t *testing.T) {
	r := start(t)
	writing, release := make(chan struct{}), make(chan struct{})
	var slow sync.WaitGroup
	slow.Go(func() {
		n, err := r.Snapshot(writerFunc(func(p []byte) (int, error) {
			close(writing)
			<-release
			return len(p), nil
		}))
		if n == 0 || err != nil {
			t.Errorf("Snapshot = %d, %v", n, err)
		}
	})
	<-writing
	snapshot(t, r)
	r.Stop()
	close(release)
	slow.Wait()
}

func TestWriterFails(t *testing.T) {
	r := start(t)
	broken := errors.New("broken")
	if _, err := r.Snapshot(writerFunc(func([]byte) (int, error) { return 0, broken })); !errors.Is(err, broken) {
		t.Errorf("Snapshot = %v, want the writer's error", err)
	}
	snapshot(t, r)
}

// A snapshot far beyond the recorder's memory is refused, not cut off.
func TestTooLarge(t *testing.T) {
	r, err := flight.Start(time.Second, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	written := false
	n, err := r.Snapshot(writerFunc(func(p []byte) (int, error) {
		written = true
		return len(p), nil
	}))
	if n != 0 || written || !errors.Is(err, flight.ErrTooLarge) {
		t.Errorf("Snapshot = %d, %v, written %v; want ErrTooLarge before a byte is written", n, err, written)
	}
}

// At once, one snapshot is taken and the others learn of it.
func TestSnapshotConcurrentSafe(t *testing.T) {
	r := start(t)
	var mu sync.Mutex
	results := make(map[error]int)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 5 {
				_, err := r.Snapshot(io.Discard, flight.Note{Category: "evidence", Text: "x"})
				mu.Lock()
				results[err]++
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	if results[nil] == 0 || results[flight.ErrBusy] == 0 || results[nil]+results[flight.ErrBusy] != 40 {
		t.Errorf("the results are %v, want snapshots and ErrBusy", results)
	}
	for range 4 {
		callers.Go(func() { _, _ = r.Snapshot(io.Discard) })
		callers.Go(r.Stop)
	}
	callers.Wait()
}
