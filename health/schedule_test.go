package health

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/testutil"
)

func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		h := start(t, WithLogger(logger))
		b, err := h.Heartbeat("flush loop", 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			wait(5 * time.Second)
			b.Beat()
			wantOK(t, h, "/healthz", "alive\n")
		}
		wait(9 * time.Second)
		wantStatus(t, h, "flush loop", StatusPass)
		wait(3 * time.Second)
		wantAnswer(t, h, "/healthz", 500, "flush loop silent for 12s\n")
		wantOK(t, h, "/readyz", "ready\n")
		if !strings.Contains(log.String(), `"check":"flush loop","kind":"liveness","from":"pass","to":"fail"`) {
			t.Errorf("the log does not say so:\n%s", log)
		}
		b.Beat()
		wantOK(t, h, "/healthz", "alive\n")
		b.Stop()
		wait(time.Hour)
		wantOK(t, h, "/healthz", "alive\n")
	})
}

func TestHeartbeatThatNeverBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		if _, err := h.Heartbeat("loop", 10*time.Second); err != nil {
			t.Fatal(err)
		}
		wait(11 * time.Second)
		if h.Alive() {
			t.Error("alive")
		}
	})
}

func TestHeartbeatRefuses(t *testing.T) {
	h := start(t)
	for name, silence := range map[string]time.Duration{"": time.Minute, "a": 0, "b": 999 * time.Millisecond} {
		b, err := h.Heartbeat(name, silence)
		if err == nil {
			t.Errorf("%q, %v: no error", name, silence)
		}
		b.Beat()
	}
	if n := len(h.States()); n != 1 {
		t.Errorf("%d states", n)
	}
}

func TestBeatAllocatesNothing(t *testing.T) {
	h := start(t)
	b, err := h.Heartbeat("loop", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, b.Beat); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestStarvedIsNotDeadlocked drives the schedule by hand: the loop is silent
// for a minute in both cases.
func TestStarvedIsNotDeadlocked(t *testing.T) {
	for _, tc := range []struct {
		name      string
		step      time.Duration // between two runs of the watch
		loop      Status
		scheduler Status
	}{
		{"deadlocked", watchInterval, StatusFail, StatusPass},
		{"starved", 10 * time.Second, StatusPass, StatusWarn},
	} {
		now := time.Now()
		s := &schedule{}
		s.begin(now)
		b := &Heartbeat{schedule: s, name: "loop", maxSilence: 10 * time.Second, began: now}
		b.Beat()
		for end := now.Add(time.Minute); now.Before(end); {
			now = now.Add(tc.step)
			s.tick(now)
		}
		if got := b.state(now).Status; got != tc.loop {
			t.Errorf("%s: the loop is %v, want %v", tc.name, got, tc.loop)
		}
		if got := s.state(now); got.Status != tc.scheduler {
			t.Errorf("%s: the scheduler is %v, want %v", tc.name, got.Status, tc.scheduler)
		}
	}
}

func TestScheduleState(t *testing.T) {
	began := time.Now()
	at := began.Add
	s := &schedule{}
	s.begin(began)
	want := func(d time.Duration, status Status, since time.Duration, reason string) {
		t.Helper()
		got := s.state(at(d))
		if got.Status != status || !got.Since.Equal(at(since)) || got.Reason != reason {
			t.Errorf("after %v: %v since %v, %q, want %v since %v, %q",
				d, got.Status, got.Since.Sub(began), got.Reason, status, since, reason)
		}
	}
	want(0, StatusPass, 0, "")
	want(time.Second, StatusPass, 0, "")
	want(5*time.Second, StatusWarn, 0, "scheduler starved: 4.7s late") // the watch itself did not run
	s.tick(at(5 * time.Second))
	want(6*time.Second, StatusWarn, 5*time.Second, "scheduler starved: 4.7s late")
	s.tick(at(8 * time.Second))
	want(9*time.Second, StatusWarn, 5*time.Second, "scheduler starved: 2.7s late")
	for d := 8 * time.Second; d <= 40*time.Second; d += watchInterval {
		s.tick(at(d))
	}
	want(40*time.Second, StatusPass, 38*time.Second, "")
}
