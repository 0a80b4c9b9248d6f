package health

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/internal/testutil"
)

// checksOnMetrics returns the names that the metrics of checks have.
func checksOnMetrics(t *testing.T, reader sdkmetric.Reader) (names []string) {
	t.Helper()
	var got metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	for _, s := range testutil.Flatten(got.ScopeMetrics) {
		if name := s.Attributes["health.check.name"]; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// A thousand tenants come and go: neither their checks and heartbeats nor what is
// known of them stays, and who takes a name begins anew.
func TestNothingStaysOfWhatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := sdkmetric.NewManualReader()
		h := start(t, WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
		for i := range 1000 {
			name := fmt.Sprintf("tenant-%d", i)
			if err := h.Register(newSubject(fails(errTimedOut)).check(name), newSubject(fails(errTimedOut)).check("database")); err != nil {
				t.Fatal(err)
			}
			loop, err := h.Heartbeat(name+" loop", time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				wait(10 * time.Second)
				if got, want := checksOnMetrics(t, reader), []string{"database", "scheduler", "tenant-0", "tenant-0 loop"}; !slices.Equal(got, want) {
					t.Fatalf("on metrics there are %q, want %q", got, want)
				}
				if s := state(t, h, "database"); s.Failures < 9 {
					t.Errorf("%d failures", s.Failures)
				}
			}
			h.Unregister(name, "database")
			loop.Stop()
		}
		if got := checksOnMetrics(t, reader); !slices.Equal(got, []string{scheduleName}) {
			t.Errorf("on metrics there are %d, %q …", len(got), got[:min(len(got), 3)])
		}
		if n := len(h.States()); n != 1 {
			t.Errorf("%d states", n)
		}
		wantOK(t, h, "/readyz", "ready\n")

		again := newSubject(passes)
		if err := h.Register(again.check("database")); err != nil {
			t.Fatal(err)
		}
		wait(time.Millisecond)
		if s := state(t, h, "database"); s.Status != StatusPass || s.Failures != 0 {
			t.Errorf("who takes a name has %+v", s)
		}
	})
}

// A loop that ends and one that takes its place have one name, and the first one's
// handle does nothing to the second.
func TestHeartbeatsOfOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t)
		first, err := h.Heartbeat("loop", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		first.Stop()
		if s := h.States(); len(s) != 1 {
			t.Errorf("what is stopped stays: %v", s)
		}
		if _, err := h.Heartbeat("loop", time.Second); err != nil {
			t.Fatal(err)
		}
		first.Stop()
		first.Beat()
		wait(3 * time.Second)
		wantAnswer(t, h, "/livez", http.StatusInternalServerError, "loop silent for 3s\n")
	})
}

// Once Unregister has returned, a run that ends just then tells nobody.
func TestNothingIsToldOfWhatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		failing := newSubject(passes)
		h := start(t, WithChecks(failing.check("database").Every(time.Hour)),
			WithOnTransition(func(_ context.Context, tr Transition) { told = append(told, tr.Status.String()) }))
		wait(time.Second)
		left := (*h.entries.Load())[1]
		h.Unregister("database")
		h.report(left, time.Now().Add(24*time.Hour)) // it would be unknown
		wait(time.Second)
		if want := []string{"pass"}; !slices.Equal(told, want) {
			t.Errorf("told of %q, want %q", told, want)
		}
	})
}

// Nor is a hook called for it that had not had its turn.
func TestHooksForgetWhatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		busy := make(chan struct{})
		stays, leaves := newSubject(passes), newSubject(passes)
		h := start(t, WithChecks(stays.check("stays"), leaves.check("leaves")),
			WithOnTransition(func(_ context.Context, tr Transition) {
				<-busy
				if tr.Status == StatusFail {
					told = append(told, tr.Name)
				}
			}))
		wait(time.Second)
		stays.becomes(fails(errTimedOut))
		leaves.becomes(fails(errTimedOut))
		wait(5 * time.Second)
		h.Unregister("leaves")
		close(busy)
		wait(time.Second)
		if want := []string{"stays"}; !slices.Equal(told, want) {
			t.Errorf("told of %q, want %q", told, want)
		}
	})
}

// Tenants come and go while probes ask and metrics are read. The race detector
// looks on.
func TestRegisterAndUnregisterAtOnce(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	h := start(t, WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	var all sync.WaitGroup
	for i := range 8 {
		name := fmt.Sprintf("tenant-%d", i%4) // two at a time want one name
		all.Go(func() {
			for range 100 {
				if err := h.Register(newSubject(fails(errTimedOut)).check(name).Every(time.Millisecond)); err != nil {
					continue // the other one has it
				}
				request(h, httptest.NewRequest(http.MethodGet, "/readyz/"+name+"?verbose", http.NoBody))
				loop, err := h.Heartbeat(name+" loop", time.Second)
				if err == nil {
					loop.Beat()
					loop.Stop()
				}
				h.Unregister(name)
			}
		})
	}
	all.Go(func() {
		for range 100 {
			_ = checksOnMetrics(t, reader)
			_ = h.States()
		}
	})
	all.Wait()
	if s := h.States(); len(s) != 1 {
		t.Errorf("there are %v", s)
	}
	if !h.Ready() {
		t.Error("the program is not ready for what has left")
	}
}
