package health

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

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
