package observe_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// within fails the test if f does not come back.
func within(t *testing.T, limit time.Duration, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s hangs", what)
	}
}

func ask(t *testing.T, h http.Handler, url string) (status int, body string) {
	t.Helper()
	within(t, 30*time.Second, url, func() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))
		status, body = w.Code, w.Body.String()
	})
	return status, body
}

// droppedLines adds up kvdb_log_dropped_total.
func droppedLines(t *testing.T, page string) (total float64) {
	t.Helper()
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "kvdb_log_dropped_total") {
			v, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(line, ' '):]), 64)
			if err != nil {
				t.Fatal(err)
			}
			total += v
		}
	}
	return total
}

// TestLogOutputs: whatever becomes of the log, operations, probes, scrapes and
// each Close go on, say what is wrong, and count each line that is missing.
func TestLogOutputs(t *testing.T) {
	for _, tt := range logOutputs {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction("github.com/otelkv/otelkv/otelsetup/internal/linewriter.(*Writer).drain"))
			out := tt.open(t)
			logging := health.Check{Name: "broken", Interval: 10 * time.Millisecond, Advisory: true,
				Run: func(context.Context) error { return errors.New("at it again") }}
			o, err := observe.Start(t.Context(), observe.WithAddress(""), observe.WithProfiles(""), observe.WithDirectory(t.TempDir()),
				observe.WithChecks(logging), observe.WithStoreChecks(nil), observe.WithCheckInterval(10*time.Millisecond), observe.WithDrain(0),
				observe.WithTelemetryOptions(otelsetup.WithLogWriter(out.Writer), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics()))
			if err != nil {
				t.Fatal(err)
			}
			tel, mux := o.Telemetry(), o.Handler()
			store, err := o.Wrap(kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: "orders"}))
			if err != nil {
				t.Fatal(err)
			}

			lines := 0
			fill := func(lineSize, n int) {
				within(t, 30*time.Second, "logging", func() {
					for range n {
						tel.Logger().Info(fmt.Sprintf("number %d.%s", lines, strings.Repeat("x", lineSize)))
						lines++
					}
				})
			}
			within(t, 30*time.Second, "an operation", func() {
				for range 200 { // each is a line
					if err := store.Put(t.Context(), nil, nil); !errors.Is(err, kvdb.ErrInvalidArgument) {
						t.Errorf("put: %v", err)
					}
				}
			})
			fill(10, 300)
			if !tt.works {
				fill(100_000, 60) // more than may wait
			}

			if status, body := ask(t, mux, "/healthz?verbose"); status != http.StatusOK || !strings.HasSuffix(body, "alive\n") {
				t.Errorf("/healthz: %d %s", status, body)
			}
			said := false
			for deadline := time.Now().Add(30 * time.Second); !said && time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
				status, body := ask(t, mux, "/readyz?verbose")
				if status != http.StatusOK {
					t.Fatalf("/readyz: %d %s", status, body)
				}
				if said = strings.Contains(body, "log lines do not get out"); tt.works {
					break
				}
			}
			if !said && !tt.works {
				t.Error("/readyz says nothing of the log")
			}
			status, page := ask(t, mux, "/metrics")
			if status != http.StatusOK || !strings.Contains(page, "kvdb_log_stalls_total") {
				t.Errorf("/metrics: %d %s", status, page)
			}
			if dropped := droppedLines(t, page); (dropped > 0) == tt.works || dropped > float64(tel.Losses().LogLines) {
				t.Errorf("%v lines dropped, %d lost", dropped, tel.Losses().LogLines)
			}

			within(t, 30*time.Second, "a Close", func() {
				if err := errors.Join(o.Drain(t.Context()), store.Close()); err != nil {
					t.Error(err)
				}
			})
			within(t, 30*time.Second, "Shutdown", func() { err = o.Shutdown(t.Context()) })
			lost := tel.Losses().LogLines
			if told := err != nil && strings.Contains(err.Error(), "log lines are lost"); told == tt.works || (lost > 0) == tt.works {
				t.Errorf("%d lines are lost, and Shutdown says %v", lost, err)
			}
			came := 0
			if out.received != nil {
				came = strings.Count(out.received(), `"message":"number `)
			}
			if missing := lines - came; missing < 0 || uint64(missing) > lost {
				t.Errorf("%d lines are missing, %d are counted", missing, lost)
			}
		})
	}
}
