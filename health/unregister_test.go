package health

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestUnregister: what is forgotten runs no more, fails no probe, leaves no line
// when its run is cancelled, and frees its name.
func TestUnregister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running := newSubject(func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		failing := newSubject(fails(errors.New("closed")))
		var transitions []string
		h := start(t, WithChecks(failing.check("database"), running.check("lag").Every(time.Hour), newSubject(passes).check("disk")),
			WithOnTransition(func(_ context.Context, tr Transition) {
				transitions = append(transitions, tr.Name+" "+tr.Status.String())
			}))
		loop, err := h.Heartbeat("loop", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		wait(time.Minute)
		wantAnswer(t, h, "/readyz/database", http.StatusServiceUnavailable, "database failed\n")
		wantAnswer(t, h, "/livez", http.StatusInternalServerError, "loop silent for 1m0s\n")

		h.Unregister("database", "lag", "loop", "nobody", scheduleName)
		runs, told := failing.runs.Load(), len(transitions)
		wait(time.Minute)
		if failing.runs.Load() != runs || len(transitions) != told {
			t.Errorf("%d further runs, transitions %v", failing.runs.Load()-runs, transitions)
		}
		wantOK(t, h, "/readyz", "ready\n")
		wantOK(t, h, "/healthz", "alive\n")
		wantAnswer(t, h, "/readyz/database", http.StatusNotFound, "no such check\n")
		if s := h.States(); len(s) != 2 || s[0].Name != scheduleName || s[1].Name != "disk" {
			t.Errorf("the states are %v", s)
		}
		loop.Beat()
		if err := h.Register(newSubject(passes).check("database"), newSubject(passes).check("loop")); err != nil {
			t.Error(err)
		}
	})
}

// A function that does not return is not waited for, and Close still is told.
func TestUnregisterHung(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, WithChecks(newSubject(hangs(t)).check("disk")))
		wait(time.Minute)
		began := time.Now()
		h.Unregister("disk")
		if took := time.Since(began); took > 0 {
			t.Errorf("Unregister took %v", took)
		}
		if err := h.Close(); err == nil || !strings.HasSuffix(err.Error(), ": a check that was unregistered") || time.Since(began) != closeGrace {
			t.Errorf("Close: %v after %v", err, time.Since(began))
		}
	})
}
