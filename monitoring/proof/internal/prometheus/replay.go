package prometheus

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
)

// A Course is times at which a rule is evaluated.
type Course struct {
	From time.Time
	Step time.Duration
	N    int

	Skips  func(i int) bool                   // times at which nobody evaluates; nil for none
	Notify func(i int, alerts []*rules.Alert) // what a server would send to Alertmanager; may be nil
	After  func(i int)                        // is called after each time; may be nil
	Into   storage.Appendable                 // what the rule records
}

// Replay evaluates a rule at each time of a course. The expression is one query for all of
// them, which finds at each step what a query at that time does, much faster; waiting, firing
// and resolving are Prometheus' own. Rules have to be replayed in their order, since each
// sees all that those before it have recorded. After is left out where nothing has happened.
func (db *DB) Replay(ctx context.Context, r rules.Rule, c Course) error {
	answers, err := db.Answers(ctx, r.Query().String(), c)
	if err != nil {
		return err
	}
	return db.ReplayAnswers(ctx, r, c, answers)
}

// ReplayAnswers does the same with what the expression of the rule is at each time of the course,
// which it leaves as it is.
func (db *DB) ReplayAnswers(ctx context.Context, r rules.Rule, c Course, answers []promql.Vector) error {
	i := 0
	group := rules.NewGroup(rules.GroupOptions{
		Name: r.Name(), Interval: c.Step, Rules: []rules.Rule{r},
		Opts: &rules.ManagerOptions{
			ExternalURL: new(url.URL),
			QueryFunc: func(context.Context, string, time.Time) (promql.Vector, error) {
				return slices.Clone(answers[i]), nil // since rules write to it
			},
			NotifyFunc: func(_ context.Context, _ string, alerts ...*rules.Alert) {
				if len(alerts) > 0 && c.Notify != nil {
					c.Notify(i, alerts)
				}
			},
			Context: ctx, Appendable: c.Into, Queryable: db, ResendDelay: c.Step,
			Logger: slog.New(slog.DiscardHandler),
		},
	})
	alerting, _ := r.(*rules.AlertingRule)
	for ; i < c.N; i++ {
		idle := len(answers[i]) == 0 && (i == 0 || len(answers[i-1]) == 0)
		if c.Skips != nil && c.Skips(i) || idle && (alerting == nil || !active(alerting)) {
			continue
		}
		group.Eval(ctx, c.From.Add(time.Duration(i)*c.Step))
		if err := r.LastError(); err != nil {
			return err
		}
		if c.After != nil {
			c.After(i)
		}
	}
	return nil
}

// Answers are what an expression is at each time of a course.
func (db *DB) Answers(ctx context.Context, expr string, c Course) ([]promql.Vector, error) {
	m, err := db.QueryRange(ctx, expr, c.From, c.From.Add(time.Duration(c.N-1)*c.Step), c.Step)
	if err != nil {
		return nil, err
	}
	all := make([]promql.Vector, c.N)
	for _, s := range m {
		at := func(t int64) int { return int((t - c.From.UnixMilli()) / c.Step.Milliseconds()) }
		for _, p := range s.Floats {
			all[at(p.T)] = append(all[at(p.T)], promql.Sample{Metric: s.Metric, T: p.T, F: p.F, DropName: s.DropName})
		}
	}
	return all, nil
}

// active says whether a rule has alerts that wait, fire or have just resolved.
func active(r *rules.AlertingRule) (some bool) {
	r.ForEachActiveAlert(func(*rules.Alert) { some = true })
	return some
}
