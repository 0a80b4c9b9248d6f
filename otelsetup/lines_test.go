package otelsetup_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// droppedLines returns the values of kvdb.log.dropped by reason.
func droppedLines(t *testing.T, tel *otelsetup.Telemetry) map[string]float64 {
	t.Helper()
	dropped := make(map[string]float64)
	for _, m := range pageOf(t, tel.MetricsHandler())["kvdb_log_dropped_total"].GetMetric() {
		dropped[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
	}
	return dropped
}

// heldOutput is a writer that hangs until it is opened.
type heldOutput struct {
	lockedBuffer
	open chan struct{}
}

func (g *heldOutput) Write(b []byte) (int, error) {
	<-g.open
	return g.lockedBuffer.Write(b)
}

// overflow logs until lines are lost, and returns how many were.
func overflow(t *testing.T, tel *otelsetup.Telemetry) uint64 {
	t.Helper()
	line := strings.Repeat("x", 100_000)
	for range 100 {
		tel.Logger().Info(line)
	}
	lost := tel.Losses().LogLines
	if lost == 0 || lost >= 100 {
		t.Fatalf("%d lines lost", lost)
	}
	return lost
}

// The log takes nothing: operations, scrapes and Shutdown go on, and say so.
func TestLogThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &heldOutput{open: make(chan struct{})}
		defer close(g.open)
		tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(g), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())
		if err != nil {
			t.Fatal(err)
		}
		if err := tel.CheckLog(t.Context()); err != nil {
			t.Error(err)
		}
		store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel), instrument.WithNamespace("orders"))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range 100 {
			if err := store.Put(t.Context(), nil, nil); !errors.Is(err, kvdb.ErrInvalidArgument) { // each would be a line
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > 5*time.Millisecond {
			t.Errorf("100 operations took %v", took)
		}
		lost := overflow(t, tel)
		if got := droppedLines(t, tel)["output_stalled"]; got != float64(lost) {
			t.Errorf("%v lines dropped, %d lost", got, lost)
		}
		page := pageOf(t, tel.MetricsHandler())
		if n := page["kvdb_log_stalls_total"].GetMetric()[0].GetCounter().GetValue(); n != 1 {
			t.Errorf("%v stalls", n)
		}
		if n := page["kvdb_log_queue_size"].GetMetric()[0].GetGauge().GetValue(); n < 1 {
			t.Errorf("%v lines wait", n)
		}
		if err := tel.CheckLog(t.Context()); err == nil || !strings.Contains(err.Error(), "taken nothing") {
			t.Errorf("CheckLog: %v", err)
		}
		began = time.Now()
		if err := tel.Logger().Sync(); err == nil {
			t.Error("Sync says nothing")
		}
		if err := errors.Join(store.Close(), tel.Shutdown(t.Context())); err == nil || !strings.Contains(err.Error(), "log lines are lost: the output takes nothing") {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the end took %v", took)
		}
		if got := tel.Losses().LogLines; got <= lost {
			t.Errorf("%d lines lost, want more than %d: those that waited", got, lost)
		}
	})
}

// The log takes lines again: all that waited come in order, and the number of
// those that did not.
func TestLogThatRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &heldOutput{open: make(chan struct{})}
		tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(g), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())
		if err != nil {
			t.Fatal(err)
		}
		otelsetup.DiagnosticsOf(tel).Info("of the telemetry")
		tel.Logger().Info("of the program")
		overflow(t, tel)
		close(g.open)
		synctest.Wait()
		if err := tel.Logger().Sync(); err != nil {
			t.Error(err)
		}
		lines := strings.Split(strings.TrimSpace(g.String()), "\n")
		if !strings.Contains(lines[0], "of the telemetry") || !strings.Contains(lines[1], "of the program") {
			t.Errorf("%s, %s", lines[0], lines[1])
		}
		if last := lines[len(lines)-1]; !strings.Contains(last, `"message":"log lines dropped","dropped":`) {
			t.Errorf("the last line is %.100s", last)
		}
		if err := tel.CheckLog(t.Context()); err == nil || !strings.Contains(err.Error(), "are lost") {
			t.Errorf("CheckLog: %v", err)
		}
		time.Sleep(otelsetup.LossIsNews)
		if err := tel.CheckLog(t.Context()); err != nil {
			t.Errorf("CheckLog: %v", err)
		}
		if err := tel.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestLogThatFails(t *testing.T) {
	var complaint string
	stderr := captureStderr(t, func() {
		tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(full{}))
		if err != nil {
			t.Fatal(err)
		}
		tel.Logger().Info("lost")
		if err := tel.CheckLog(t.Context()); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("CheckLog: %v", err)
		}
		lost := overflow(t, tel)
		if got := droppedLines(t, tel)["output_failed"]; got != float64(lost) {
			t.Errorf("%v lines dropped, %d lost", got, lost)
		}
		if err := tel.Shutdown(t.Context()); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("Shutdown: %v", err)
		}
	})
	if complaint = stderr; strings.Count(complaint, "\n") != 1 || !strings.Contains(complaint, "no space left") {
		t.Errorf("standard error has %q", complaint)
	}
}

// replaceStderr sets a pipe that is full and nobody reads.
func replaceStderr(t *testing.T) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	w.Fd() // it blocks from now on, as a standard error does
	stderr := os.Stderr
	os.Stderr = w
	t.Cleanup(func() {
		os.Stderr = stderr
		r.Close()
		w.Close()
	})
}

// Standard error takes nothing either: neither complaints about the log nor
// telemetry for the console make anybody wait for it.
func TestStandardErrorThatTakesNothing(t *testing.T) {
	replaceStderr(t)
	setenv(t, map[string]string{"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "console", "OTEL_LOGS_EXPORTER": "console"})
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(full{}), otelsetup.WithShutdownTimeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	use(t, tel, "orders")
	for range 1000 {
		tel.Logger().Error("to two outputs that do not take it")
	}
	if status, _ := get(t, tel.MetricsHandler(), ""); status != 200 {
		t.Errorf("status %d", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err = tel.Shutdown(ctx)
	if ctx.Err() != nil {
		t.Error("Shutdown waits for standard error")
	}
	for _, want := range []string{"spans were not delivered", "data points were not delivered", "log lines are lost"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if lost := tel.Losses(); lost.LogRecords != 1000 || lost.LogLines < 1000 {
		t.Errorf("losses %+v", lost)
	}
}

func TestNoLinesOfAForeignLogger(t *testing.T) {
	tel := start(t)
	if err := tel.CheckLog(t.Context()); err != nil {
		t.Error(err)
	}
	if f := pageOf(t, tel.MetricsHandler())["kvdb_log_dropped_total"]; f != nil {
		t.Errorf("%v of a logger that is not ours", f)
	}
}

// Sync is no error for what has nothing to sync.
func TestSyncOfStandardOutput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for name, out := range map[string]io.Writer{"a pipe": w, "a locked pipe": zapcore.Lock(w)} {
		tel := startLogging(t, otelsetup.WithLogWriter(out))
		tel.Logger().Info("hello")
		if err := tel.Logger().Sync(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
