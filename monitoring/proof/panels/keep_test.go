package panels_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// kept is what there is to know of a course that was recorded earlier.
type kept struct {
	Job                        string
	At, Failed, Shown, Started time.Time
	Machine                    machine
	Looks                      []machine
	Calls                      []recording.Call
	Firing, Severity           map[recording.World]float64
	Said                       telling
}

// recorded is a session: one that was kept, where there is one, or a new one.
func recorded(t *testing.T) *session {
	t.Helper()
	if *keep == "" {
		return record(t)
	}
	file := filepath.Join(*keep, "courses.json")
	text, err := os.ReadFile(file)
	if err != nil {
		s := record(t)
		s.keep(t, file)
		return s
	}
	s := &session{moments: make(map[string]*moment), db: make(map[recording.World]*prometheus.DB)}
	if s.targets, s.values, err = generate.Targets(parameters(), "10s"); err != nil {
		t.Fatal(err)
	}
	var all []kept
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		s.courses = append(s.courses, &course{
			trial: &trial{job: k.Job}, at: k.At, failed: k.Failed, shown: k.Shown, started: k.Started,
			machine: k.Machine, looks: k.Looks, calls: k.Calls, firing: k.Firing, severity: k.Severity, said: k.Said,
		})
	}
	for _, w := range recording.Worlds() {
		db, err := prometheus.Open(filepath.Join(*keep, string(w)), prometheus.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		s.db[w] = db
	}
	for _, c := range s.courses {
		v, err := s.ask(t, recording.Classic, `last_over_time(process_uptime_seconds{job="`+c.job+`"}[5m])`, c.at)
		if err != nil || len(v) == 0 {
			t.Fatalf("nobody knows where %s was: %v", c.job, err)
		}
		c.instance = v[0].Metric.Get("instance")
	}
	return s
}

func (s *session) keep(t *testing.T, file string) {
	t.Helper()
	var all []kept
	for _, c := range s.courses {
		all = append(all, kept{c.job, c.at, c.failed, c.shown, c.started, c.machine, c.looks, c.calls, c.firing, c.severity, c.said})
	}
	for w, db := range s.db {
		if err := db.Snapshot(filepath.Join(*keep, string(w)), true); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
