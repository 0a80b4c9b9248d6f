package panels_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// TestPanels holds each query of the dashboard to what the programs do.
func TestPanels(t *testing.T) {
	s := recorded(t)
	for _, target := range s.targets {
		t.Run(fmt.Sprintf("%s %s", key(target), target.Title), func(t *testing.T) {
			s.everywhere(t, target)
			s.prove(t, target)
			if !t.Failed() {
				s.mutate(t, target)
			}
		})
	}
}

func key(target generate.Target) string { return fmt.Sprint(target.ID, target.Ref) }

// everywhere asks a query about each program.
func (s *session) everywhere(t *testing.T, target generate.Target) {
	t.Helper()
	for _, c := range s.courses {
		for _, w := range recording.Worlds() {
			v, err := s.ask(t, w, want{job: c.job}.fill(s.values, target.Expr), c.at)
			if err == nil {
				err = shows(target, c, v)
			}
			if err != nil {
				t.Errorf("%s, %s world: %v", c.job, w, err)
			}
		}
	}
	if len(wants[key(target)]) == 0 {
		t.Error("nobody says what it should answer")
	}
}

// prove wants the answers that are true.
func (s *session) prove(t *testing.T, target generate.Target) {
	t.Helper()
	for _, w := range s.wanted(target) {
		for _, world := range recording.Worlds() {
			if !w.here(world) {
				continue
			}
			if err := s.holdsTo(t, target, w, world, target.Expr); err != nil {
				t.Errorf("%s, %s world, %s: %v", w.job, world, w.of, err)
			}
		}
	}
}

// wanted are the wants about trials that have run.
func (s *session) wanted(target generate.Target) (list []want) {
	for _, w := range wants[key(target)] {
		if s.course(w.job) != nil {
			list = append(list, w)
		}
	}
	return list
}

func (s *session) course(job string) *course {
	at := slices.IndexFunc(s.courses, func(c *course) bool { return c.job == job })
	if at < 0 {
		return nil
	}
	return s.courses[at]
}

// here reports whether a world has such series: only classic histograms have a le.
func (w want) here(world recording.World) bool {
	switch {
	case strings.HasPrefix(w.of, "le=+Inf"):
		return world == recording.Classic
	case strings.HasPrefix(w.of, "le="):
		return world != recording.Classic
	}
	return true
}

// holdsTo checks an expression in place of a query's.
func (s *session) holdsTo(t *testing.T, target generate.Target, w want, world recording.World, expr string) error {
	t.Helper()
	c := s.course(w.job)
	v, err := s.ask(t, world, w.fill(s.values, expr), c.at)
	if err == nil {
		err = s.like(target, w, expr)
	}
	if err == nil {
		err = shows(target, c, v)
	}
	if err == nil {
		err = w.check(s.moment(t, c, world, w.window()), v)
	}
	return err
}

// alike are queries that ask for the same series as another, about which more is known: what
// is as fast as usual cannot be told apart by those who call.
var alike = map[string]string{"13A": "102A", "13B": "102A", "13C": "102A"}

func (s *session) like(target generate.Target, w want, expr string) error {
	other := alike[key(target)]
	if other == "" {
		return nil
	}
	at := slices.IndexFunc(s.targets, func(t generate.Target) bool { return key(t) == other })
	if !slices.Equal(selectors(w.fill(s.values, expr)), selectors(w.fill(s.values, s.targets[at].Expr))) {
		return fmt.Errorf("it asks for other series than %s", other)
	}
	return nil
}

// selectors are those of an expression.
func selectors(expr string) (all []string) {
	e, err := prometheus.Parser().ParseExpr(expr)
	if err != nil {
		return []string{err.Error()}
	}
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			all = append(all, v.String())
		}
		return nil
	})
	return all
}
