package alerts_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	promrules "github.com/prometheus/prometheus/rules"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

const (
	atOnce   = 9 // programs, three of which are healthy
	settle   = 10 * time.Second
	dwell    = 3 * time.Second // of a fault after all its rules have been true
	patience = 2 * time.Minute
)

// A course is how far a trial is.
type course struct {
	*trial
	program                  *recording.Program
	began, ready, failed, at time.Time // at is the last restart
	shown                    time.Time // when all of its rules had been true
	ended                    time.Time
	late                     []string // rules that have not come true
	truth                    recording.Truth
}

// A moment is when an alert was true for a job, as the rules of a world found it.
type moment struct {
	at          time.Time
	annotations map[string]string
	firing      bool // it has been true for as long as it has to
}

// A session is all that has been recorded.
type session struct {
	recorder *recording.Recorder
	rules    []rule
	groups   map[recording.World]*prometheus.Groups
	evals    []time.Time
	seen     map[recording.World]map[string]map[string][]moment // by rule and job
	courses  []*course
	busy     *strain
	answers  recording.Answers
	shown    map[claim]evidence
	parsed   parsed
	met      met
}

// run runs all trials, some at a time, and evaluates the rules meanwhile.
func run(t *testing.T) *session {
	t.Helper()
	s := &session{
		recorder: recording.Start(t), rules: rules(t), busy: watchStrain(t),
		groups: make(map[recording.World]*prometheus.Groups),
		seen:   make(map[recording.World]map[string]map[string][]moment),
		shown:  make(map[claim]evidence),
	}
	path := file(t)
	for _, w := range recording.Worlds() {
		g, err := s.recorder.DB(w).LoadRules(t.Context(), path, time.Second, time.Minute, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.groups[w] = g
		s.seen[w] = make(map[string]map[string][]moment)
	}
	dir := process.StoresDir(t)
	recording.Build(t, recording.Quickstart, recording.KVServer)
	var waiting []*trial
	for _, tr := range trials {
		if tr.memory > 0 && !tr.grouped(t) {
			continue
		}
		if *only == "" || tr.healthy() || slices.Contains(strings.Split(*only, ","), tr.job) {
			waiting = append(waiting, tr)
		}
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for running := 0; ; {
		now := <-tick.C //otelkv:waitok a ticker
		for running < atOnce && len(waiting) > 0 {
			s.courses = append(s.courses, begin(t, waiting[0], dir, now))
			waiting = waiting[1:]
			running++
		}
		s.evaluate(t, now)
		running = 0
		sick := false
		for _, c := range s.courses {
			if c.ended.IsZero() && !c.healthy() {
				s.step(t, c, now)
			}
			if !c.ended.IsZero() {
				continue
			}
			running++
			sick = sick || !c.healthy()
			if c.ready.IsZero() && c.program.Ready() {
				c.ready = now
				s.recorder.Watch(c.job, c.program.Address())
			}
		}
		if !sick && len(waiting) == 0 {
			break
		}
	}
	for _, c := range s.courses {
		if c.healthy() {
			c.end(t, s)
		}
	}
	return s
}

// receiver takes whatever is exported.
func receiver(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func begin(t *testing.T, tr *trial, dir string, now time.Time) *course {
	t.Helper()
	kind, rate := tr.kind, tr.rate
	if kind == "" {
		kind = recording.Quickstart
	}
	if rate == 0 {
		rate = usualRate
	}
	if tr.env == nil && tr.healthy() {
		tr.env = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + receiver(t), "OTEL_METRIC_EXPORT_INTERVAL=1000"} // what is exported arrives
	}
	c := &course{trial: tr, program: recording.NewProgram(t, kind, tr.job, dir, rate), began: now}
	c.program.Take = tr.take
	c.program.Start(t, tr.env, tr.args...)
	return c
}

// evaluate evaluates the rules of all worlds, and keeps what is true now.
func (s *session) evaluate(t *testing.T, now time.Time) {
	t.Helper()
	s.evals = append(s.evals, now)
	for w, g := range s.groups {
		g.Eval(t.Context(), now)
		for i, r := range g.Rules() {
			if err := r.LastError(); err != nil {
				t.Errorf("%s world: %s: %v", w, s.rules[i].name, err)
			}
			alerting, ok := r.(*promrules.AlertingRule)
			if !ok {
				continue
			}
			name := s.rules[i].name
			alerting.ForEachActiveAlert(func(a *promrules.Alert) {
				if a.State == promrules.StateInactive || !a.KeepFiringSince.IsZero() {
					return
				}
				if s.seen[w][name] == nil {
					s.seen[w][name] = make(map[string][]moment)
				}
				job := a.Labels.Get("job")
				if s.over(job, now) {
					return // it is not watched any more
				}
				s.seen[w][name][job] = append(s.seen[w][name][job], moment{now, a.Annotations.Map(), a.State == promrules.StateFiring})
			})
		}
	}
}

// over reports whether the trial of a job has ended.
func (s *session) over(job string, now time.Time) bool {
	return slices.ContainsFunc(s.courses, func(c *course) bool { return c.job == job && !c.ended.IsZero() && !now.Before(c.ended) })
}

// step takes a trial on.
func (s *session) step(t *testing.T, c *course, now time.Time) {
	t.Helper()
	switch {
	case c.ready.IsZero():
		return
	case c.failed.IsZero():
		if now.Sub(c.ready) < max(settle, c.after) {
			return
		}
		if c.on != nil {
			c.on(t, c.program)
		}
		c.failed, c.at = now, now
		return
	case c.again && now.Sub(c.at) >= 5*time.Second:
		c.at = now
		restart(nil, c.args...)(t, c.program)
	}
	if late := s.missing(t, c, now); late == nil && c.shown.IsZero() {
		c.shown = now
	} else if late != nil {
		c.late = late
	}
	switch {
	case c.shown.IsZero() && now.Sub(c.failed) < patience, !c.shown.IsZero() && now.Sub(c.shown) < max(dwell, c.dwell):
		return
	case !c.shown.IsZero() && now.Sub(c.shown) < patience && s.waits(t, c):
		return
	case !c.shown.IsZero():
		c.late = nil
	}
	c.end(t, s)
	c.ended = now
	t.Logf("%s: ready after %v, over %v after the fault, late: %v", c.job, c.ready.Sub(c.began).Round(time.Second), now.Sub(c.failed).Round(time.Second), c.late)
}

func (c *course) end(t *testing.T, s *session) {
	t.Helper()
	s.recorder.Forget(c.job)
	c.ended = s.evals[len(s.evals)-1]
	if c.healthy() {
		c.truth = c.program.Stop(t)
		return
	}
	c.program.Kill()
}

// missing are the rules that have not been true for the trial in all worlds, or not in each part.
func (s *session) missing(t *testing.T, c *course, now time.Time) (names []string) {
	t.Helper()
	for _, wit := range witnesses {
		if !slices.Contains(wit.jobs, c.job) {
			continue
		}
		for _, w := range recording.Worlds() {
			switch {
			case wit.shipped:
				if !s.trueAsShipped(t, w, wit.rule, c.job, now) {
					names = append(names, fmt.Sprintf("%s (%s)", wit.rule, w))
				}
			case len(s.seen[w][wit.rule][c.job]) == 0:
				names = append(names, fmt.Sprintf("%s (%s)", wit.rule, w))
			}
			if len(s.evals) > 1 {
				if left := s.look(t, claim{w, wit.rule, c.job}, s.evals[len(s.evals)-2]); left != "" {
					names = append(names, fmt.Sprintf("%s (%s): %s", wit.rule, w, brief(left)))
				}
			}
		}
	}
	return names
}

// trueAsShipped evaluates a rule without its scale.
func (s *session) trueAsShipped(t *testing.T, w recording.World, name, job string, now time.Time) bool {
	t.Helper()
	r := s.rule(t, name)
	v, err := s.recorder.DB(w).Query(t.Context(), r.shipped, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range v {
		if sample.Metric.Get("job") == job {
			if s.seen[w][name] == nil {
				s.seen[w][name] = make(map[string][]moment)
			}
			s.seen[w][name][job] = append(s.seen[w][name][job], moment{at: now})
			return true
		}
	}
	return false
}

func (s *session) rule(t *testing.T, name string) rule {
	t.Helper()
	at := slices.IndexFunc(s.rules, func(r rule) bool { return r.name == name })
	if at < 0 {
		t.Fatalf("there is no rule %s", name)
	}
	return s.rules[at]
}
