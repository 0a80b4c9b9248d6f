package recording

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// Answers are those of expressions at times, each of which is evaluated once, or twice at the
// same time. The zero value has none, and it is safe for concurrent use.
type Answers struct {
	mu  sync.Mutex
	all map[question]answer
}

type question struct {
	db   *prometheus.DB
	expr string
	at   time.Time
}

type answer struct {
	vector promql.Vector
	err    error
}

// Of returns what an expression is at a time in a database. Nobody may change it.
func (a *Answers) Of(ctx context.Context, db *prometheus.DB, expr string, at time.Time) (promql.Vector, error) {
	q := question{db, expr, at}
	a.mu.Lock()
	known, ok := a.all[q]
	a.mu.Unlock()
	if ok {
		return known.vector, known.err
	}
	v, err := db.Query(ctx, expr, at)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = make(map[question]answer)
	}
	a.all[q] = answer{v, err}
	return v, err
}
