package health

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

func TestRegisterRefuses(t *testing.T) {
	fine := Check{Name: "fine", Run: passes, Interval: time.Second}
	with := func(change func(*Check)) Check {
		c := fine
		change(&c)
		return c
	}
	for _, tc := range []struct {
		name  string
		check Check
		want  string // empty when it is taken
	}{
		{"nothing wrong", fine, ""},
		{"no name", with(func(c *Check) { c.Name = "" }), "name"},
		{"a name with a slash", with(func(c *Check) { c.Name = "a/b" }), "name"},
		{"a name of two lines", with(func(c *Check) { c.Name = "a\nb" }), "name"},
		{"a name too long", with(func(c *Check) { c.Name = strings.Repeat("a", 64) }), "name"},
		{"no function", with(func(c *Check) { c.Run = nil }), "Run is missing"},
		{"no interval", with(func(c *Check) { c.Interval = 0 }), "interval 0s is not positive"},
		{"a negative interval", with(func(c *Check) { c.Interval = -1 }), "not positive"},
		{"a negative time-out", with(func(c *Check) { c.Timeout = -1 }), "time-out"},
		{"a negative threshold", with(func(c *Check) { c.PassAfter = -1 }), "threshold"},
		{"a negative limit", with(func(c *Check) { c.SlowAfter = -1 }), "SlowAfter"},
		{"results never fresh", with(func(c *Check) { c.MaxAge = 2 * time.Second }), "too old"},
		{"results fresh enough", with(func(c *Check) { c.MaxAge = 2100 * time.Millisecond }), ""},
		{"a reason of two lines", with(func(c *Check) { c.Reason = "a\nb" }), "one line"},
		{"a kind that is none", with(func(c *Check) { c.Kind = 8 }), "kind 0x8"},
		{"a network check", with(func(c *Check) { c.Network = true }), ""},
		{"a network check for liveness", with(func(c *Check) { c.Network, c.Kind = true, Readiness|Liveness }), "NetworkLiveness"},
		{"one that means it", with(func(c *Check) { c.Network, c.Kind, c.NetworkLiveness = true, Liveness, true }), ""},
		{"the name of the self-check", with(func(c *Check) { c.Name = "scheduler" }), "taken"},
		{"TCP without a port", TCP("a", "localhost"), "missing port"},
		{"HTTP without a scheme", HTTP("a", "localhost", nil), "URL"},
		{"HTTP with a bad URL", HTTP("a", "http://[", nil), "missing"},
		{"Ping without a store", Ping("a", nil), "store is nil"},
		{"RoundTrip without a store", RoundTrip("a", nil, []byte("k")), "nil"},
		{"RoundTrip without a key", RoundTrip("a", kvdb.NewMemory(nil), nil), "key"},
		{"ReplicationLag without", ReplicationLag("a", kvdb.NewMemory(nil), nil), "Lagger"},
		{"ReplicationLag upside down", ReplicationLag("a", testutil.NewFaulty(), &LagLimits{Warn: 10, Fail: 5}), "order"},
		{"Engine without", Engine("a", kvdb.NewMemory(nil), nil), "state"},
		{"Utilization without", Utilization("a", nil, nil), "nil"},
		{"Disk in per cent", Disk("a", "/", &Limits{Fail: 90}), "shares"},
		{"Disk upside down", Disk("a", "/", &Limits{Warn: 0.9, Fail: 0.5}), "order"},
		{"Memory upside down", Memory("a", &Limits{Warn: 0.9, Fail: 0.5}), "order"},
		{"Certificate without", Certificate("a", nil, nil), "nil"},
		{"Certificate upside down", Certificate("a", CertificateFile("a"), &CertificateLimits{Warn: time.Hour, Fail: 2 * time.Hour}), "order"},
		{"Traffic without", Traffic("a", nil, nil), "nil"},
		{"Traffic upside down", Traffic("a", func() (uint64, uint64) { return 0, 0 }, &TrafficLimits{ErrorRatio: 2}), "limits"},
	} {
		h := start(t)
		err := h.Register(tc.check)
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", tc.name, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: %v, want an error with %q", tc.name, err, tc.want)
		}
		if err := h.Close(); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestDuplicates(t *testing.T) {
	c := newSubject(passes).check("database")
	if _, err := New(WithChecks(c, c)); !errors.Is(err, ErrDuplicate) {
		t.Errorf("New: %v", err)
	}
	h := start(t, WithChecks(c))
	other := newSubject(passes)
	if err := h.Register(other.check("other"), c); !errors.Is(err, ErrDuplicate) {
		t.Errorf("Register: %v", err)
	}
	if _, err := h.Heartbeat("database", time.Minute); !errors.Is(err, ErrDuplicate) {
		t.Errorf("Heartbeat: %v", err)
	}
	if n := len(h.States()); n != 2 || other.runs.Load() != 0 {
		t.Errorf("%d states, and the other one of a refused pair ran %d times", n, other.runs.Load())
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if err := h.Register(other.check("other")); !errors.Is(err, ErrClosed) {
		t.Errorf("Register after Close: %v", err)
	}
	b, err := h.Heartbeat("loop", time.Minute)
	if !errors.Is(err, ErrClosed) {
		t.Errorf("Heartbeat after Close: %v", err)
	}
	b.Beat()
	b.Stop()
}

func TestNewListsEveryProblem(t *testing.T) {
	_, err := New(WithChecks(Check{Name: "a"}, Check{Name: "b", Run: passes}))
	for _, want := range []string{`"a": Run`, `"a": the interval`, `"b": the interval`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestClose ends everything at once, also a run that is under way.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSubject(func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		h := start(t, WithChecks(s.check("a").Every(time.Hour)))
		wait(time.Second)
		began := time.Now()
		if err := h.Close(); err != nil || time.Since(began) > 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		wait(2 * time.Hour)
		if n := s.runs.Load(); n != 1 || state(t, h, "a").Failures != 0 {
			t.Errorf("%d runs, and what Close cancelled counted %d times", n, state(t, h, "a").Failures)
		}
		if h.Ready() || !h.Alive() {
			t.Error("a closed one is ready, or not alive")
		}
		if err := h.Close(); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

func TestCloseNamesWhatIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := hangs(t)
		h := start(t, WithChecks(newSubject(hung).check("disk"), newSubject(passes).check("fine")))
		wait(time.Minute)
		began := time.Now()
		err := h.Close()
		if err == nil || !strings.HasSuffix(err.Error(), ": disk") || time.Since(began) != closeGrace {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		hung := hangs(t)
		h := start(t, WithChecks(newSubject(fails(io.EOF)).check("disk")),
			WithOnTransition(func(ctx context.Context, _ Transition) { _ = hung(ctx) }))
		wait(time.Minute)
		if err := h.Close(); err == nil || !strings.HasSuffix(err.Error(), ": a hook") {
			t.Errorf("%v", err)
		}
	})
}

func TestNames(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{Readiness.String(), "readiness"},
		{(Startup | Liveness).String(), "startup|liveness"},
		{Kind(0).String(), ""},
		{StatusPass.String() + StatusWarn.String() + StatusFail.String() + StatusUnknown.String(), "passwarnfailunknown"},
		{Status(99).String(), "unknown"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}
