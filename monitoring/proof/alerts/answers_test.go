package alerts_test

import (
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// query evaluates an expression, each only once at a time.
func (s *session) query(t *testing.T, w recording.World, expr string, at time.Time) promql.Vector {
	t.Helper()
	v, err := s.answers.Of(t.Context(), s.recorder.DB(w), expr, at)
	if err != nil {
		t.Logf("%s: %v", expr, err)
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
