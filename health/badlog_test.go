package health

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/testutil"
)

// TestBadLogger: whatever the logger does, probes, checks, hooks and heartbeats
// go on and tell the truth, and Close returns.
func TestBadLogger(t *testing.T) {
	for _, fault := range testutil.LogFaults {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var hooked []string
				ready := newSubject(passes)
				live := newSubject(passes)
				first := newSubject(fails(errors.New("not yet")))
				h := start(t, WithLogger(testutil.NewBadLogger(t, fault)),
					WithChecks(ready.check("disk"), live.check("engine").For(Liveness), first.check("migration").For(Startup)),
					WithOnTransition(func(_ context.Context, tr Transition) { hooked = append(hooked, tr.Name+" "+tr.Status.String()) }),
				)
				b, err := h.Heartbeat("flush loop", 10*time.Second)
				if err != nil {
					t.Fatal(err)
				}
				wait(5 * time.Second)
				wantOK(t, h, "/healthz", "alive\n")
				wantAnswer(t, h, "/startupz", http.StatusServiceUnavailable, "migration failed\n")
				wantAnswer(t, h, "/readyz", http.StatusServiceUnavailable, "migration failed\n")

				first.becomes(passes)
				wait(5 * time.Second)
				wantOK(t, h, "/startupz", "started\n")
				wantOK(t, h, "/readyz", "ready\n")

				// A check that fails is shown as failing, by the time of its last run.
				ready.becomes(fails(errors.New("statfs: no")))
				b.Beat()
				wait(9 * time.Second)
				wantOK(t, h, "/healthz", "alive\n")
				wantAnswer(t, h, "/readyz", http.StatusServiceUnavailable, "disk failed\n")
				if s := state(t, h, "disk"); s.Status != StatusFail || time.Since(s.Ended) > 1200*time.Millisecond {
					t.Errorf("disk is %v, last checked %v ago", s.Status, time.Since(s.Ended))
				}

				// A loop that is silent for three times its limit is not alive.
				wait(21 * time.Second)
				wantAnswer(t, h, "/healthz", http.StatusInternalServerError, "flush loop silent for 30s\n")
				wantStatus(t, h, scheduleName, StatusPass)
				live.becomes(func(context.Context) error { panic("no") })
				b.Beat()
				wait(5 * time.Second)
				wantAnswer(t, h, "/healthz", http.StatusInternalServerError, "engine failed\n")

				if d := time.Since(began); d != 45*time.Second {
					t.Errorf("the probes took %v", d-45*time.Second)
				}
				if err := h.Drain(t.Context(), 0); err != nil {
					t.Error(err)
				}
				closing := time.Now()
				err = h.Close()
				if d := time.Since(closing); d > closeGrace {
					t.Errorf("Close took %v", d)
				}
				if lost := fault == "blocks" || fault == "is slow"; (err != nil) != lost {
					t.Errorf("Close: %v", err)
				}
				if len(hooked) != 8 {
					t.Errorf("the hook saw %q", hooked)
				}
			})
		})
	}
}

// TestUnreadPipe is the same with a real pipe, full, that nobody reads.
func TestUnreadPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }() // which ends the write that hangs
	defer func() { _ = writer.Close() }()
	if err := writer.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Skip("a pipe has no deadline here: it cannot be filled")
	}
	for full := make([]byte, 4096); err == nil; {
		_, err = writer.Write(full)
	}
	_ = writer.SetWriteDeadline(time.Time{})
	logger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(writer), zap.DebugLevel))

	disk := newSubject(fails(errors.New("statfs: no")))
	h := start(t, WithLogger(logger), WithChecks(disk.check("disk")))
	if _, err := h.Heartbeat("flush loop", time.Second); err != nil {
		t.Fatal(err)
	}
	<-time.After(3500 * time.Millisecond)
	if ok, text := h.Answer(Liveness); ok || !strings.HasPrefix(text, "flush loop silent for ") {
		t.Errorf("alive %t: %s", ok, text)
	}
	if ok, text := h.Answer(Readiness); ok || text != "disk failed" {
		t.Errorf("ready %t: %s", ok, text)
	}
	began := time.Now()
	if err := h.Close(); err == nil || !strings.Contains(err.Error(), "log lines") {
		t.Errorf("Close: %v", err)
	}
	if took := time.Since(began); took > 10*closeGrace {
		t.Errorf("Close took %v", took)
	}
	_ = reader.Close()
	eventually := time.After(10 * time.Second)
	for h.log.Stalled(time.Now()) > 0 {
		select {
		case <-eventually:
			t.Fatal("the line does not end with its pipe")
		case <-time.After(10 * time.Millisecond):
		}
	}
}
