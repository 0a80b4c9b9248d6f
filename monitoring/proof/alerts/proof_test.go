package alerts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// TestExpressions holds each rule to what the programs show.
func TestExpressions(t *testing.T) {
	s := run(t)
	for _, c := range s.courses {
		if len(c.late) > 0 && c.job == "saturation" && s.busy.between(c.failed, c.ended) {
			t.Logf("%s: never true, since other programs use the CPU: %s", c.job, strings.Join(c.late, ", "))
		} else if len(c.late) > 0 {
			t.Errorf("%s: never true: %s", c.job, strings.Join(c.late, ", "))
		}
	}
	t.Run("elsewhere", s.elsewhere)
	t.Run("texts", s.texts)
	t.Run("rules", func(t *testing.T) {
		for _, r := range s.rules {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				if r.Record != "" {
					s.proveRecord(t, r)
				} else {
					s.prove(t, r)
				}
			})
		}
	})
	if *only == "" {
		t.Run("survivors", s.stale)
	}
}

// elsewhere wants no alert to fire where it may not.
func (s *session) elsewhere(t *testing.T) {
	for _, w := range recording.Worlds() {
		for _, r := range s.rules {
			for job, seen := range s.seen[w][r.name] {
				if may(r.Alert, job) {
					continue
				}
				for _, m := range seen {
					switch {
					case !m.firing:
					case s.busy.explains(r.Alert, m.at):
						t.Logf("%s fires for %s in the %s world at %v: the machine is too busy", r.name, job, w, m.at)
					default:
						t.Errorf("%s fires for %s in the %s world at %v", r.name, job, w, m.at)
					}
				}
			}
		}
	}
}

// texts wants annotations that Prometheus could expand, with all that they name.
func (s *session) texts(t *testing.T) {
	for w, all := range s.seen {
		for name, jobs := range all {
			for job, seen := range jobs {
				last := seen[len(seen)-1]
				for _, wit := range witnesses {
					if wit.rule == name && !strings.Contains(last.annotations["summary"], wit.says) {
						t.Errorf("%s for %s in the %s world says %q, want %q in it", name, job, w, last.annotations["summary"], wit.says)
					}
				}
				for annotation, text := range last.annotations {
					if text == "" || strings.Contains(text, "<no value>") || strings.Contains(text, "<error") ||
						strings.Contains(text, "()") || strings.Contains(text, "  ") || strings.Contains(text, "= ") || strings.HasSuffix(text, "=") {
						t.Errorf("%s for %s in the %s world has the %s %q", name, job, w, annotation, text)
					}
				}
			}
		}
	}
}

// prove checks the rule of an alert, and that the check notices whatever is wrong with it.
func (s *session) prove(t *testing.T, r rule) {
	at := slices.IndexFunc(witnesses, func(w witness) bool { return w.rule == r.name })
	if at < 0 {
		if without[r.name] == "" {
			t.Error("no program makes it true, and nothing says why")
		}
		return
	}
	wit := witnesses[at]
	wit.jobs = slices.DeleteFunc(slices.Clone(wit.jobs), func(job string) bool {
		return job != "" && !slices.ContainsFunc(s.courses, func(c *course) bool { return c.job == job })
	})
	if len(wit.jobs) == 0 {
		if *only == "" {
			t.Fatal("no trial has a job of its witness")
		}
		t.Skip("-only leaves its trials out")
	}
	expr := r.proven(wit)
	if r.Alert == "KVSaturationHigh" && s.busy.between(s.evals[0], s.evals[len(s.evals)-1]) && len(s.seen[recording.Classic][r.name]) == 0 {
		process.Missing(t, "the CPU is used by other programs, so that the fault saturation does not show")
	}
	places := s.places(t, r, wit, expr)
	if err := s.alert(t, r, wit, places, expr); err != nil {
		t.Fatal(err)
	}
	s.mutate(t, r.name, expr, func(expr string) error { return s.alert(t, r, wit, places, expr) })
}
