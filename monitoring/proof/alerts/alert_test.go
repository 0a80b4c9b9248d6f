package alerts_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// always are the labels that texts of a rule name, except where they do without.
var (
	label   = regexp.MustCompile(`\$labels\.(\w+)`)
	perhaps = regexp.MustCompile(`\{\{ with .*?\{\{ end \}\}`)
)

func always(r rule) (names []string) {
	for _, text := range r.Annotations {
		text = perhaps.ReplaceAllString(text, "")
		for _, m := range label.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
	}
	return names
}

// alert checks an expression of an alert: that of a rule, or one like it.
func (s *session) alert(t *testing.T, r rule, wit witness, places []place, expr string) error {
	t.Helper()
	if err := s.data(t, expr); err != nil {
		return err
	}
	for _, p := range places {
		own := ofJob(s.query(t, p.world, expr, p.at), p.job)
		if len(own) == 0 {
			return fmt.Errorf("not true for %s in the %s world", p.job, p.world)
		}
		for _, sample := range own {
			if err := whole(r, wit, sample); err != nil {
				return fmt.Errorf("%s, %s world: %w", p.job, p.world, err)
			}
		}
	}
	if err := s.parts(t, r, expr, places); err != nil {
		return err
	}
	if err := s.hushed(t, wit, expr); err != nil {
		return err
	}
	for _, at := range s.faulty() {
		for _, w := range recording.Worlds() {
			if err := s.others(t, r, w, expr, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// hushed wants an expression that critical alerts hold back to be false when they fire.
func (s *session) hushed(t *testing.T, wit witness, expr string) error {
	t.Helper()
	for _, c := range s.courses {
		if !wit.hushed || !slices.Contains(wit.jobs, c.job) {
			continue
		}
		at := s.evals[slices.IndexFunc(s.evals, func(e time.Time) bool { return !e.Before(c.ended) })-lastLooks]
		if w := s.loud(t, c.job, expr, at); w != "" {
			return fmt.Errorf("true for %s in the %s world while critical alerts fire", c.job, w)
		}
	}
	return nil
}

// lastLooks is how many evaluations before the end of a trial its scrapes have ended, too.
const lastLooks = 2

// loud returns a world in which an expression is true for a job.
func (s *session) loud(t *testing.T, job, expr string, at time.Time) recording.World {
	t.Helper()
	for _, w := range recording.Worlds() {
		if len(ofJob(s.query(t, w, expr, at), job)) > 0 {
			return w
		}
	}
	return ""
}

// waits reports whether something is still true for a trial that critical alerts will hold back
// when they fire.
func (s *session) waits(t *testing.T, c *course) bool {
	t.Helper()
	if len(s.evals) <= lastLooks {
		return false
	}
	at := s.evals[len(s.evals)-1-lastLooks]
	return slices.ContainsFunc(witnesses, func(wit witness) bool {
		return wit.hushed && slices.Contains(wit.jobs, c.job) && s.loud(t, c.job, s.rule(t, wit.rule).Expr, at) != ""
	})
}

// whole checks the value and the labels of a series.
func whole(r rule, wit witness, sample promql.Sample) error {
	if sample.F < wit.low || sample.F > wit.high {
		return fmt.Errorf("%v is %v, want %v to %v", sample.Metric, sample.F, wit.low, wit.high)
	}
	for _, name := range always(r) {
		if sample.Metric.Get(name) == "" {
			return fmt.Errorf("%v has no label %s, which its texts name", sample.Metric, name)
		}
	}
	for name, want := range wit.labels {
		if got := sample.Metric.Get(name); got != want {
			return fmt.Errorf("%v has %s %q, want %q", sample.Metric, name, got, want)
		}
	}
	return nil
}

// others wants an expression to be false for all but those for which its alert may be true.
// A moment in which the rule itself is true, which is too short for its for, is no one's
// fault: which alerts would fire is another test.
func (s *session) others(t *testing.T, r rule, w recording.World, expr string, at time.Time) error {
	t.Helper()
	for _, sample := range s.query(t, w, expr, at) {
		job := sample.Metric.Get("job")
		if may(r.Alert, job) || s.busy.explains(r.Alert, at) {
			continue
		}
		if len(ofJob(s.query(t, w, r.Expr, at), job)) == 0 {
			return fmt.Errorf("true for %s in the %s world: %v is %v", job, w, sample.Metric, sample.F)
		}
	}
	return nil
}
