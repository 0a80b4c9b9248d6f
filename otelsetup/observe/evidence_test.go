package observe_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

// TestEvidence: a slow operation leaves an execution trace, whose path stands in
// its line; a check that begins to fail leaves the report of all checks.
func TestEvidence(t *testing.T) {
	dir := t.TempDir()
	var down atomic.Bool
	check := health.Check{Name: "queue", Interval: 50 * time.Millisecond, FailAfter: 1, PassAfter: 1, Run: func(context.Context) error {
		if down.Load() {
			return errors.New("unreachable")
		}
		return nil
	}}
	o, log := start(t, observe.WithDirectory(dir), observe.WithChecks(check), observe.WithProfilerOptions(pprofx.WithCooldown(time.Nanosecond)))
	below := testutil.NewFaulty()
	below.Inject(testutil.On(testutil.Latency(150*time.Millisecond), "get"))
	store, err := o.Wrap(below)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	_, _ = store.Get(t.Context(), []byte("key"))
	eventually(t, "an execution trace", func() bool { return len(evidence(t, dir, "-flight-slow-get")) == 1 })
	eventually(t, "the line of the operation", func() bool { return len(log.all("operation slow")) == 1 })
	if line := log.all("operation slow")[0]; line["evidence"] != evidence(t, dir, "-flight-slow-get")[0] {
		t.Errorf("the line says %v, the directory has %v", line["evidence"], evidence(t, dir, "-flight-slow-get"))
	}

	eventually(t, "ready", func() bool { status, _ := get(t, o, "/readyz/queue"); return status == 200 })
	down.Store(true)
	eventually(t, "the report of the checks", func() bool { return len(evidence(t, dir, "-health-readiness-queue")) == 1 })
	text, err := os.ReadFile(evidence(t, dir, "-health-readiness-queue")[0])
	if err != nil {
		t.Fatal(err)
	}
	var report struct{ Checks map[string]json.RawMessage }
	if err := json.Unmarshal(text, &report); err != nil || !strings.Contains(string(report.Checks["queue"]), "unreachable") {
		t.Errorf("%v: %s", err, text)
	}
}

// While the program takes itself apart, a check that fails is no news.
func TestNoEvidenceOfTheEnd(t *testing.T) {
	dir := t.TempDir()
	var down atomic.Bool
	check := health.Check{Name: "queue", Interval: 50 * time.Millisecond, FailAfter: 1, PassAfter: 1, Run: func(context.Context) error {
		if down.Load() {
			return errors.New("closed")
		}
		return nil
	}}
	o, log := start(t, observe.WithDirectory(dir), observe.WithChecks(check))
	passes := func(status int) func() bool {
		return func() bool { got, _ := get(t, o, "/readyz/queue"); return got == status }
	}
	eventually(t, "ready", passes(200))
	if err := o.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	down.Store(true)
	eventually(t, "the line of the check that fails", func() bool {
		for _, line := range log.all("check changed") {
			if line["check"] == "queue" && line["to"] == "fail" {
				return true
			}
		}
		return false
	})
	if err := o.Shutdown(t.Context()); err != nil { // which waits for evidence
		t.Error(err)
	}
	if found := evidence(t, dir, "queue"); len(found) > 0 {
		t.Errorf("a program that stops leaves %v", found)
	}
}

// A program can have evidence without serving profiles.
func TestEvidenceAlone(t *testing.T) {
	o, _ := start(t, observe.WithProfiles(""), observe.WithDirectory(t.TempDir()))
	if o.Profiler() == nil || o.Profiler().Addr() != nil {
		t.Errorf("profiles are served at %v", o.Profiler().Addr())
	}
	if file, err := o.Profiler().Record(t.Context(), "heap", 0, "asked"); err != nil || file == "" {
		t.Errorf("%s, %v", file, err)
	}
}

// A program can serve profiles itself, at an address that it has anyway.
func TestProfilesOnAMuxOfTheProgram(t *testing.T) {
	mux := http.NewServeMux()
	o, _ := start(t, observe.WithMux(mux), observe.WithProfiles(""), observe.WithProfilerOptions())
	mux.Handle("/debug/pprof/", o.Profiler().Handler())
	if status, body := get(t, o, "/debug/pprof/heap"); status != http.StatusOK || o.Profiler().Addr() != nil {
		t.Errorf("%d %s, also at %v", status, body, o.Profiler().Addr())
	}
}

// Hooks of a profiler that is off do nothing.
func TestHooksWithoutProfiler(t *testing.T) {
	observe.OnTransition(nil)(t.Context(), health.Transition{})
	if id := observe.OnSlow(nil)(t.Context(), slowOperation); id != "" {
		t.Error(id)
	}
}
