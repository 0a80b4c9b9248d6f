package health

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// badError is an error whose methods misbehave.
type badError struct{ unwrap, text func() }

func (e badError) Unwrap() error { e.unwrap(); return nil }
func (e badError) Error() string { e.text(); return "bad" }

// TestBadError: what an error of the user does costs the check that returned it.
func TestBadError(t *testing.T) {
	fine := func() {}
	for name, tc := range map[string]struct {
		err  badError
		want string
	}{
		"unwraps with a panic":   {badError{func() { panic("no") }, fine}, "disk failed\n"},
		"unwraps with an exit":   {badError{runtime.Goexit, fine}, "disk failed\n"},
		"unwraps never":          {badError{func() { select {} }, fine}, "disk unknown: running for 9s\n"},
		"has a text that panics": {badError{fine, func() { panic("no") }}, "disk failed\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if strings.HasSuffix(name, "never") {
					end := make(chan struct{})
					t.Cleanup(func() { close(end) })
					tc.err.unwrap = func() { <-end }
				}
				ok := newSubject(passes)
				h := start(t, WithDetails(func(*http.Request) bool { return true }),
					WithChecks(newSubject(fails(tc.err)).check("disk"), ok.check("fine")))
				wait(10*time.Second - time.Millisecond)
				wantAnswer(t, h, "/readyz", http.StatusServiceUnavailable, tc.want)
				wantStatus(t, h, "fine", StatusPass)
				r := httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody)
				r.Header.Set("Accept", typeJSON)
				if res := request(h, r); !json.Valid([]byte(res.body)) || res.code != http.StatusServiceUnavailable {
					t.Errorf("%d %s", res.code, res.body)
				}
			})
		})
	}
}

// TestHookThatExits ends no other hook.
func TestHookThatExits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []Status
		s := newSubject(passes)
		h := start(t, WithChecks(s.check("disk")),
			WithOnTransition(func(context.Context, Transition) { runtime.Goexit() }),
			WithOnTransition(func(_ context.Context, tr Transition) { seen = append(seen, tr.Status) }))
		wait(5 * time.Second)
		s.becomes(fails(errors.New("no")))
		wait(5 * time.Second)
		if err := h.Close(); err != nil || len(seen) != 2 {
			t.Errorf("%v, %v", seen, err)
		}
	})
}

// TestCloseWaitsForNoCollection: the SDK holds its lock while it collects, and
// Unregister wants it.
func TestCloseWaitsForNoCollection(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	hangs, collecting, collected := make(chan struct{}), make(chan struct{}), make(chan struct{})
	_, err := provider.Meter("somebody's").Int64ObservableGauge("hangs",
		metric.WithInt64Callback(func(context.Context, metric.Int64Observer) error {
			close(collecting)
			<-hangs
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, WithMeterProvider(provider), WithChecks(newSubject(passes).check("disk")))
	go func() {
		defer close(collected)
		_ = reader.Collect(context.Background(), new(metricdata.ResourceMetrics))
	}()
	<-collecting
	closed := make(chan error, 1)
	go func() { closed <- h.Close() }()
	select {
	case err := <-closed:
		if err == nil || !strings.Contains(err.Error(), "metrics") {
			t.Errorf("Close: %v", err)
		}
	case <-time.After(30 * closeGrace):
		t.Error("Close waits for the collection")
		defer func() { <-closed }()
	}
	close(hangs)
	<-collected
}

// TestCloseHoldsUpNobody: while it waits, what comes too late is refused at once.
func TestCloseHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, WithChecks(newSubject(hangs(t)).check("disk")))
		synctest.Wait()
		go func() { _ = h.Close() }()
		wait(closeGrace / 2)
		began := time.Now()
		if _, err := h.Heartbeat("loop", time.Minute); !errors.Is(err, ErrClosed) {
			t.Errorf("Heartbeat: %v", err)
		}
		if err := h.Register(newSubject(passes).check("late")); !errors.Is(err, ErrClosed) {
			t.Errorf("Register: %v", err)
		}
		if d := time.Since(began); d > 0 {
			t.Errorf("they waited for %v", d)
		}
	})
}

// TestBadDetails: who is asked whether details are shown may panic.
func TestBadDetails(t *testing.T) {
	h := start(t, WithDetails(func(*http.Request) bool { panic("no") }))
	r := httptest.NewRequest(http.MethodGet, "/healthz", http.NoBody)
	r.Header.Set("Accept", typeJSON)
	if res := request(h, r); res.code != http.StatusOK || !strings.Contains(res.body, `"pass"`) {
		t.Errorf("%d %s", res.code, res.body)
	}
}
