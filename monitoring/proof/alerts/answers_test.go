package alerts_test

import (
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A question is an expression at a time.
type question struct {
	world recording.World
	expr  string
	at    time.Time
}

// answers are those of questions, each of which is asked once, or twice at the same time.
type answers struct {
	mu  sync.Mutex
	all map[question]promql.Vector
}

func (a *answers) of(q question) (v promql.Vector, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v, known = a.all[q]
	return v, known
}

func (a *answers) add(q question, v promql.Vector) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = make(map[question]promql.Vector)
	}
	a.all[q] = v
}

// query evaluates an expression, each only once at a time.
func (s *session) query(t *testing.T, w recording.World, expr string, at time.Time) promql.Vector {
	t.Helper()
	q := question{w, expr, at}
	v, known := s.answers.of(q)
	if !known {
		var err error
		if v, err = s.recorder.DB(w).Query(t.Context(), expr, at); err != nil {
			t.Logf("%s: %v", expr, err)
		}
		s.answers.add(q, v)
	}
	return v
}

// parsed are the parts of expressions, each of which is parsed once.
type parsed struct {
	mu  sync.Mutex
	all map[string][]part
}

// partsOf are those of an expression.
func (s *session) partsOf(t *testing.T, expr string) []part {
	t.Helper()
	s.parsed.mu.Lock()
	defer s.parsed.mu.Unlock()
	if all, ok := s.parsed.all[expr]; ok {
		return all
	}
	e, err := parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	if s.parsed.all == nil {
		s.parsed.all = make(map[string][]part)
	}
	s.parsed.all[expr] = parts(e)
	return s.parsed.all[expr]
}
