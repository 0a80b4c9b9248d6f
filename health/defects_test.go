package health

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/testutil"
)

// The tests of this file are one for each defect of other health libraries, and
// fail when it is put in.

// A stuck check was started again and again, and goroutines piled up.
func TestStuckCheckIsNotStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := newSubject(hangs(t))
		h := start(t, WithChecks(disk.check("disk")))
		wait(10 * time.Second)
		goroutines := runtime.NumGoroutine()
		wait(time.Hour)
		if n := disk.runs.Load(); n != 1 {
			t.Errorf("started %d times", n)
		}
		if n := runtime.NumGoroutine(); n > goroutines {
			t.Errorf("%d goroutines, %d an hour ago", n, goroutines)
		}
		s := state(t, h, "disk")
		if want := "disk unknown: running for 1h0m10s"; s.Status != StatusUnknown || s.Reason != want || s.Running != time.Hour+10*time.Second {
			t.Errorf("%v, %q, running for %v, want unknown, %q", s.Status, s.Reason, s.Running, want)
		}
		wantAnswer(t, h, "/readyz", http.StatusServiceUnavailable, "disk unknown: running for 1h0m10s\n")
	})
}

// A hung check that last passed stayed green for ever.
func TestHungCheckTurnsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := hangs(t)
		disk := newSubject(passes)
		h := start(t, WithChecks(disk.check("disk")))
		wait(10 * time.Second)
		wantStatus(t, h, "disk", StatusPass)
		disk.becomes(hung)
		wait(2 * time.Second)
		wantStatus(t, h, "disk", StatusPass) // one that was slow once is not down
		wait(4 * time.Second)
		wantStatus(t, h, "disk", StatusUnknown)
		if h.Ready() {
			t.Error("ready")
		}
	})
}

// The same, should the runner itself not run.
func TestOldResultIsUnknown(t *testing.T) {
	c := newSubject(passes).check("disk")
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	r := c.after(history{ended: now}, result{verdict: verdictOf(nil)}, now)
	for _, tc := range []struct {
		age  time.Duration
		want Status
	}{{0, StatusPass}, {c.MaxAge, StatusPass}, {c.MaxAge + time.Second, StatusUnknown}} {
		s := c.state(r, now.Add(tc.age))
		if s.Status != tc.want {
			t.Errorf("after %v: %v, want %v", tc.age, s.Status, tc.want)
		}
		if tc.want == StatusUnknown && (s.Reason != "disk unknown: last checked 7s ago" || !s.Since.Equal(now.Add(c.MaxAge))) {
			t.Errorf("after %v: %q since %v", tc.age, s.Reason, s.Since.Sub(now))
		}
	}
}

// A probe that hung up counted as a failure of the dependency, for everyone.
func TestProbeThatHangsUpChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := newSubject(func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(500 * time.Millisecond):
				return nil
			}
		})
		c := slow.check("database")
		c.FailAfter = 1
		h := start(t, WithChecks(c))
		wait(600 * time.Millisecond)
		for range 100 {
			wait(50 * time.Millisecond)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			request(h, httptest.NewRequestWithContext(ctx, http.MethodGet, "/readyz", http.NoBody))
			wantStatus(t, h, "database", StatusPass)
		}
		wantAnswer(t, h, "/readyz", http.StatusOK, "ready\n")
		if s := state(t, h, "database"); s.Failures != 0 {
			t.Errorf("%d failures", s.Failures)
		}
	})
}

// One slow check stalled all probes, and the other checks.
func TestSlowCheckStallsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fine := newSubject(passes)
		h := start(t, WithChecks(newSubject(hangs(t)).check("stuck"), fine.check("fine")))
		wait(10 * time.Second)
		if n := fine.runs.Load(); n < 9 {
			t.Errorf("the other check ran %d times in 10 s", n)
		}
		began := time.Now()
		wantAnswer(t, h, "/readyz?exclude=stuck", http.StatusOK, "ready\n")
		wantAnswer(t, h, "/readyz/fine", http.StatusOK, "ready\n")
		if d := time.Since(began); d > 0 {
			t.Errorf("the probes took %v", d)
		}
	})
}

// A panic in a check killed the process.
func TestPanicIsAFailure(t *testing.T) {
	for _, tc := range []struct {
		name string
		does func(context.Context) error
		err  string
	}{
		{"panic", func(context.Context) error { panic("secret") }, "panic: secret"},
		{"nil pointer", func(context.Context) error {
			var s *subject
			return s.run(nil) //nolint:staticcheck // it is to panic
		}, "panic: runtime error: invalid memory address or nil pointer dereference"},
		{"exit", func(context.Context) error { runtime.Goexit(); return nil }, errExited.Error()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logger, log := testutil.NewLog(t, zapcore.InfoLevel)
				s := newSubject(tc.does)
				h := start(t, WithLogger(logger), WithChecks(s.check("disk")))
				wait(10 * time.Second)
				st := state(t, h, "disk")
				if st.Status != StatusFail || st.Err == nil || st.Err.Error() != tc.err {
					t.Errorf("%v, %v, want fail, %s", st.Status, st.Err, tc.err)
				}
				wantAnswer(t, h, "/readyz", http.StatusServiceUnavailable, "disk failed\n")
				lines := strings.Count(log.String(), "check panicked")
				if want := min(1, strings.Count(tc.err, "panic")); lines != want {
					t.Errorf("%d lines of panics, want %d:\n%s", lines, want, log)
				}
				if stack := strings.Contains(log.String(), "defects_test.go"); stack != (lines == 1) {
					t.Errorf("the stack in the log: %t", stack)
				}
				s.becomes(passes)
				wait(5 * time.Second)
				wantStatus(t, h, "disk", StatusPass)
			})
		})
	}
}

// Anybody who asked was told the error's text, with hosts and passwords.
func TestErrorTextIsForTheLog(t *testing.T) {
	const secret = "redis://admin:hunter2@10.1.2.3"
	synctest.Test(t, func(t *testing.T) {
		logger, log := testutil.NewLog(t, zapcore.InfoLevel)
		h := start(t, WithLogger(logger),
			WithDetails(func(r *http.Request) bool { return r.Header.Get("Authorization") != "" }),
			WithChecks(
				newSubject(fails(errors.New(secret))).check("plain"),
				newSubject(fails(fmt.Errorf("a: %w", Warn(errors.New(secret))))).check("warned"),
				newSubject(fails(Unknown(errors.New(secret)))).check("lost"),
				newSubject(fails(because("because lost", errors.New(secret)))).check("because"),
				newSubject(func(context.Context) error { panic(secret) }).check("panics"),
				newSubject(fails(errors.New(secret))).check("start").For(Startup),
				newSubject(fails(errors.New(secret))).check("live").For(Liveness),
			))
		wait(10 * time.Second)
		for _, target := range []string{"/readyz", "/healthz", "/startupz", "/readyz/plain", "/readyz/panics", "/readyz?exclude=plain"} {
			for _, accept := range []string{"", "application/health+json"} {
				for _, query := range []string{"", "verbose"} {
					r := httptest.NewRequest(http.MethodGet, target, http.NoBody)
					r.URL.RawQuery += query
					r.Header.Set("Accept", accept)
					res := request(h, r)
					if res.code < 500 {
						t.Errorf("%s: %d", target, res.code)
					}
					if all := res.body + fmt.Sprint(res.header); strings.Contains(all, "hunter2") || strings.Contains(all, "panic:") {
						t.Errorf("%s, %q: %s", target, accept, all)
					}
				}
			}
		}
		if !strings.Contains(log.String(), secret) {
			t.Error("the log does not tell it either")
		}

		r := httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody)
		r.Header.Set("Accept", "application/health+json")
		r.Header.Set("Authorization", "yes")
		if res := request(h, r); !strings.Contains(res.body, secret) || strings.Contains(res.body, "goroutine") {
			t.Errorf("to somebody who is allowed: %s", res.body)
		}
		r.Header.Set("Accept", "text/plain")
		if res := request(h, r); strings.Contains(res.body, "hunter2") {
			t.Errorf("as text: %s", res.body)
		}
	})
}

// A scrape, or a probe, ran the checks.
func TestScrapesAndProbesRunNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := sdkmetric.NewManualReader()
		s := newSubject(passes)
		c := s.check("database").Every(time.Minute)
		h := start(t, WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))), WithChecks(c.For(Readiness|Startup|Liveness)))
		wait(0)
		for range 1000 {
			var got metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			for _, target := range []string{"/healthz", "/readyz", "/readyz/database", "/startupz", "/readyz?verbose"} {
				if res := request(h, httptest.NewRequest(http.MethodGet, target, http.NoBody)); res.code != http.StatusOK {
					t.Fatalf("%s: %d", target, res.code)
				}
			}
		}
		synctest.Wait()
		if n := s.runs.Load(); n != 1 {
			t.Errorf("the check ran %d times", n)
		}
	})
}

// Probes were answered with 200 before the first run.
func TestNotReadyBeforeTheFirstRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		h := start(t, WithChecks(newSubject(func(context.Context) error {
			<-released
			return nil
		}).check("database").For(Readiness|Startup|Liveness)))
		for _, target := range []string{"/readyz", "/startupz"} {
			wantAnswer(t, h, target, http.StatusServiceUnavailable, "database unknown: not checked yet\n")
		}
		wantAnswer(t, h, "/healthz", http.StatusInternalServerError, "database unknown: not checked yet\n")
		close(released)
		synctest.Wait()
		wantOK(t, h, "/readyz", "ready\n")
		wantOK(t, h, "/startupz", "started\n")
		wantOK(t, h, "/healthz", "alive\n")
	})
}

// No library had hysteresis: every hiccup took the program out of service.
func TestHysteresis(t *testing.T) {
	c := newSubject(passes).check("x")
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	bad, refused := errors.New("bad"), fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	ok, warn, lost, now := error(nil), Warn(bad), Unknown(bad), Decisive(bad)
	for _, tc := range []struct {
		name    string
		results []error
		want    string // one letter for each result
	}{
		{"the first result counts", []error{ok}, "p"},
		{"so does a failure", []error{bad, ok, ok}, "ffp"},
		{"three failures", []error{ok, bad, bad, bad, bad}, "pppff"},
		{"two failures", []error{ok, bad, bad, ok, bad, bad, ok}, "ppppppp"},
		{"two successes", []error{bad, ok, bad, ok, ok}, "ffffp"},
		{"a refused connection decides", []error{ok, refused, ok, ok}, "pffp"},
		{"an explicit error decides", []error{ok, now}, "pf"},
		{"a warning shows at once", []error{ok, warn, ok}, "pwp"},
		{"a warning is a success", []error{bad, warn, warn}, "ffw"},
		{"what is not known is a failure", []error{ok, lost, lost, lost}, "pppu"},
		{"a mixture counts together", []error{ok, bad, lost, bad}, "pppf"},
		{"known and unknown at once", []error{bad, lost, bad}, "fuf"},
	} {
		var r history
		var got strings.Builder
		for i, err := range tc.results {
			r = c.after(r, result{verdictOf(err), err}, time.Unix(int64(i), 0))
			got.WriteByte(r.status.String()[0])
		}
		if got.String() != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got.String(), tc.want)
		}
	}
}

// A dependency that all replicas share took all of them out of service.
func TestSharedDependencyOnlyWarns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := newSubject(fails(syscall.ECONNREFUSED)).check("queue").For(Readiness | Startup)
		shared.Shared = true
		advisory := newSubject(hangs(t)).check("mail")
		advisory.Advisory = true
		h := start(t, WithChecks(shared, advisory))
		for range 20 {
			wait(time.Second)
			wantOK(t, h, "/readyz", "ready\n")
			wantOK(t, h, "/startupz", "started\n")
		}
		wantStatus(t, h, "queue", StatusWarn)
		wantStatus(t, h, "mail", StatusWarn)
		wantOK(t, h, "/readyz?verbose",
			"[!] queue: warn (queue failed)\n[!] mail: warn (mail unknown: running for 20s)\nready\n")
	})
}

// Liveness tested dependencies, and restarts made an outage of a network worse.
func TestLivenessIgnoresDependencies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, WithChecks(newSubject(fails(io.EOF)).check("database"), newSubject(hangs(t)).check("disk")))
		wait(time.Minute)
		wantOK(t, h, "/healthz", "alive\n")
		if h.Ready() {
			t.Error("ready")
		}
	})
}
