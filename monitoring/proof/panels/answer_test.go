package panels_test

import (
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

type answer struct {
	vector promql.Vector
	err    error
}

// ask evaluates an expression, each only once at a time.
func (s *session) ask(t *testing.T, w recording.World, expr string, at time.Time) (promql.Vector, error) {
	t.Helper()
	key := question{w, expr, at}
	a, known := s.answers[key]
	if !known {
		a.vector, a.err = s.db[w].Query(t.Context(), expr, at)
		s.answers[key] = a
	}
	return a.vector, a.err
}
