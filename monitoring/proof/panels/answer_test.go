package panels_test

import (
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// ask evaluates an expression, each only once at a time.
func (s *session) ask(t *testing.T, w recording.World, expr string, at time.Time) (promql.Vector, error) {
	t.Helper()
	return s.answers.Of(t.Context(), s.db[w], expr, at)
}
