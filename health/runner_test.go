package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/testutil"
)

func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		gaps := make(map[time.Duration]bool)
		s := newSubject(func(context.Context) error {
			if now := time.Now(); !last.IsZero() {
				gaps[now.Sub(last)] = true
			}
			last = time.Now()
			time.Sleep(100 * time.Millisecond)
			return nil
		})
		h := start(t, WithChecks(s.check("a")))
		wait(1000 * time.Second)
		_ = h.Close()
		if n := s.runs.Load(); n < 980 || n > 1020 {
			t.Errorf("%d runs in 1000 s", n)
		}
		if len(gaps) < 900 {
			t.Errorf("only %d different gaps", len(gaps))
		}
		for gap := range gaps {
			if gap < 900*time.Millisecond || gap > 1100*time.Millisecond {
				t.Errorf("a gap of %v", gap)
			}
		}
	})
}

// TestBackToBack leaves time between runs that take longer than the interval.
func TestBackToBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSubject(func(context.Context) error { time.Sleep(10 * time.Second); return nil })
		c := s.check("a")
		c.Timeout = time.Minute
		h := start(t, WithChecks(c))
		wait(101 * time.Second)
		if n := s.runs.Load(); n != 11 && n != 10 {
			t.Errorf("%d runs of 10 s in 101 s", n)
		}
		wantStatus(t, h, "a", StatusPass)
		_ = h.Close()
		wait(10 * time.Second)
	})
}

// TestTimeout ends a run whether its function returns in time, late or never.
func TestTimeout(t *testing.T) {
	for _, tc := range []struct {
		name string
		does func(context.Context) error
		want Status // in the end
	}{
		{"honours its context", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, StatusFail},
		{"hides its context", func(ctx context.Context) error { <-ctx.Done(); return nil }, StatusFail},
		{"is late", func(context.Context) error { time.Sleep(1050 * time.Millisecond); return nil }, StatusFail},
		{"is very late", func(context.Context) error { time.Sleep(time.Minute); return nil }, StatusUnknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSubject(passes)
				h := start(t, WithChecks(s.check("a")))
				wait(5 * time.Second)
				s.becomes(tc.does)
				wait(2500 * time.Millisecond)
				if st := state(t, h, "a"); st.Status != StatusPass || st.Failures == 0 {
					t.Errorf("after the first time-out: %v, %d failures", st.Status, st.Failures)
				}
				wait(5 * time.Second)
				wantStatus(t, h, "a", tc.want)
				if err := state(t, h, "a").Err; !errors.Is(err, errTimedOut) && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the error is %v", err)
				}
				s.becomes(passes)
				wait(2 * time.Minute)
				wantStatus(t, h, "a", StatusPass)
				_ = h.Close()
			})
		})
	}
}

// TestTooLate is a function that returns at the very moment of its time-out:
// whichever is noticed first, the run has failed.
func TestTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSubject(func(context.Context) error { time.Sleep(time.Second); return nil }).check("a")
		c.FailAfter, c.PassAfter = 1, 1
		h := start(t, WithChecks(c))
		for range 500 {
			wait(time.Second)
			if s := state(t, h, "a").Status; s.OK() {
				t.Fatalf("it is %v", s)
			}
		}
		_ = h.Close()
	})
}

// TestFlips takes one interval for a refused connection, three for an error, and
// two to recover.
func TestFlips(t *testing.T) {
	for _, tc := range []struct {
		err  error
		runs int64
	}{{fmt.Errorf("dial: %w", syscall.ECONNREFUSED), 1}, {errors.New("reset"), 3}} {
		synctest.Test(t, func(t *testing.T) {
			s := newSubject(passes)
			h := start(t, WithChecks(s.check("a")))
			wait(10 * time.Second)
			runsUntil := func(ready bool) int64 {
				before := s.runs.Load()
				for h.Ready() != ready {
					wait(10 * time.Millisecond)
				}
				return s.runs.Load() - before
			}
			s.becomes(fails(tc.err))
			if n := runsUntil(false); n != tc.runs {
				t.Errorf("%v: not ready after %d runs, want %d", tc.err, n, tc.runs)
			}
			s.becomes(passes)
			if n := runsUntil(true); n != 2 {
				t.Errorf("%v: ready after %d runs", tc.err, n)
			}
		})
	}
}

func TestStartupLatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		migrations, cache := newSubject(fails(errors.New("no"))), newSubject(fails(errors.New("no")))
		h := start(t, WithChecks(migrations.check("migrations").For(Startup), cache.check("cache").For(Startup|Readiness)))
		wait(10 * time.Second)
		const both = "migrations failed\ncache failed\n"
		wantAnswer(t, h, "/startupz", 503, both)
		wantAnswer(t, h, "/readyz", 503, both)
		wantOK(t, h, "/healthz", "alive\n")

		migrations.becomes(passes)
		wait(5 * time.Second)
		wantAnswer(t, h, "/startupz", 503, "cache failed\n")
		wantAnswer(t, h, "/readyz", 503, "cache failed\n")
		runs := migrations.runs.Load()

		cache.becomes(passes)
		wait(5 * time.Second)
		wantOK(t, h, "/startupz", "started\n")
		wantOK(t, h, "/readyz", "ready\n")

		migrations.becomes(fails(errors.New("no")))
		cache.becomes(fails(errors.New("no")))
		wait(time.Hour)
		wantOK(t, h, "/startupz?verbose", "[+] migrations: pass\n[+] cache: pass\nstarted\n")
		wantAnswer(t, h, "/readyz", 503, "cache failed\n")
		if n := migrations.runs.Load() - runs; n != 0 {
			t.Errorf("a check that is done ran %d times", n)
		}
		if !h.Started() {
			t.Error("not started")
		}
	})
}

func TestTransitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		var mu sync.Mutex
		var seen []string
		began := time.Now()
		hook := func(ctx context.Context, tr Transition) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, fmt.Sprintf("%s %v→%v %q", tr.Name, tr.From, tr.Status, tr.Reason))
			if ctx.Err() != nil || tr.Since.Before(tr.FromSince) {
				t.Errorf("%+v", tr)
			}
		}
		s := newSubject(passes)
		h := start(t, WithLogger(logger), WithChecks(s.check("disk")),
			WithOnTransition(hook), WithOnTransition(func(context.Context, Transition) { panic("hook") }))
		wait(10 * time.Second)
		s.becomes(fails(errors.New("statfs: no")))
		wait(10 * time.Second)
		s.becomes(fails(Warn(errors.New("nearly"))))
		wait(10 * time.Second)
		_ = h.Close()

		mu.Lock()
		defer mu.Unlock()
		want := []string{`disk unknown→pass ""`, `disk pass→fail "disk failed"`, `disk fail→warn "disk degraded"`}
		if strings.Join(seen, "\n") != strings.Join(want, "\n") {
			t.Errorf("the hook saw\n%s\nwant\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
		}
		var changes []map[string]any
		panics := 0
		for _, line := range log.Lines(t) {
			switch line["message"] {
			case "check changed":
				changes = append(changes, line)
			case "hook panicked":
				panics++
			default:
				t.Errorf("the line %v", line)
			}
		}
		if len(changes) != 2 || panics != 3 {
			t.Fatalf("%d changes and %d panics in\n%s", len(changes), panics, log)
		}
		if c := changes[0]; c["level"] != "warn" || c["check"] != "disk" || c["from"] != "pass" || c["to"] != "fail" ||
			c["reason"] != "disk failed" || c["error"] != "statfs: no" || c["since"] != began.UTC().Format(time.RFC3339Nano) {
			t.Errorf("%v", c)
		}
	})
}

// TestFirstResult: that a check passes when it runs for the first time is no line, that
// it does not is one, and also a check that never gets worse than warn was unknown
// before.
func TestFirstResult(t *testing.T) {
	for name, tc := range map[string]struct {
		first    error
		advisory bool
		hook     string
		lines    []string
	}{
		"passes":               {nil, false, "unknown→pass", []string{"pass→fail", "fail→pass"}},
		"passes, advisory":     {nil, true, "unknown→pass", []string{"pass→warn", "warn→pass"}},
		"fails":                {errors.New("no"), false, "unknown→fail", []string{"unknown→fail", "fail→pass"}},
		"fails, advisory":      {errors.New("no"), true, "unknown→warn", []string{"unknown→warn", "warn→pass"}},
		"warns, advisory":      {Warn(errors.New("no")), true, "unknown→warn", []string{"unknown→warn", "warn→pass"}},
		"is unknown":           {Unknown(errors.New("no")), false, "unknown→fail", []string{"unknown→unknown", "unknown→fail", "fail→pass"}},
		"is unknown, advisory": {Unknown(errors.New("no")), true, "unknown→warn", []string{"unknown→warn", "warn→pass"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logger, log := testutil.NewLog(t, zapcore.InfoLevel)
				var hooked []string // one call at a time, before Close returns
				s := newSubject(fails(tc.first))
				c := s.check("disk")
				c.Advisory = tc.advisory
				h := start(t, WithLogger(logger), WithChecks(c), WithOnTransition(func(_ context.Context, tr Transition) {
					hooked = append(hooked, fmt.Sprintf("%v→%v", tr.From, tr.Status))
				}))
				wait(10 * time.Second)
				s.becomes(fails(errors.New("no")))
				wait(10 * time.Second)
				s.becomes(passes)
				wait(10 * time.Second)
				_ = h.Close()
				var got []string
				for _, line := range log.Lines(t) {
					got = append(got, fmt.Sprintf("%v→%v", line["from"], line["to"]))
					if (line["to"] == "pass") != (line["reason"] == nil) {
						t.Errorf("%v", line)
					}
				}
				if !slices.Equal(got, tc.lines) {
					t.Errorf("the lines are %v, want %v", got, tc.lines)
				}
				if len(hooked) == 0 || hooked[0] != tc.hook {
					t.Errorf("the hook saw %v, want %s first", hooked, tc.hook)
				}
			})
		})
	}
}

// TestSlowHook delays neither checks nor probes.
func TestSlowHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.WarnLevel)
		var calls atomic.Int64
		results := []error{nil, Decisive(errors.New("no"))}
		var n int
		s := newSubject(func(context.Context) error { n++; return results[n%2] })
		c := s.check("flaps")
		c.PassAfter = 1
		h := start(t, WithLogger(logger), WithChecks(c), WithOnTransition(func(ctx context.Context, _ Transition) {
			calls.Add(1)
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Second):
			}
		}))
		wait(1000 * time.Second)
		if n := s.runs.Load(); n < 980 {
			t.Errorf("%d runs in 1000 s", n)
		}
		if n := calls.Load(); n < 2 || n > 3 {
			t.Errorf("%d calls of 500 s in 1000 s", n)
		}
		if !strings.Contains(log.String(), `"message":"hook calls dropped","dropped":`) {
			t.Error("the log does not tell what was dropped")
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestSlowCheckIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.DebugLevel)
		slow := func(context.Context) error { time.Sleep(600 * time.Millisecond); return nil }
		s := newSubject(slow)
		h := start(t, WithLogger(logger), WithChecks(s.check("a")))
		for range 2 {
			wait(10 * time.Second)
			s.becomes(passes)
			wait(10 * time.Second)
			s.becomes(slow)
		}
		s.becomes(func(context.Context) error { time.Sleep(10 * time.Second); return errors.New("late") })
		wait(14 * time.Second)
		_ = h.Close()
		wait(10 * time.Second)
		text := log.String()
		for what, want := range map[string]int{
			`"message":"check slow","check":"a","duration_ms":600,"limit_ms":500`:               2,
			`"message":"check returned","check":"a","duration_ms":10000,"error":"late"`:         1,
			`"message":"check failed","check":"a","error":"timed out","failures":1}`:            1,
			`"message":"check changed","check":"a","kind":"readiness","from":"pass","to":"unkn`: 1,
			`"message":"check changed"`: 1,
		} {
			if got := strings.Count(text, what); got < min(want, 1) || got > want {
				t.Errorf("%d lines with %s, want %d:\n%s", got, what, want, text)
			}
		}
	})
}
