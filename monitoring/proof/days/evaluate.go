package days

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
)

// Evaluate evaluates a rule at each minute of the day and appends what it records. The
// expression is one query over the day, which finds at each step what a query at that
// time does, much faster; waiting, firing and resolving are Prometheus' own. Rules have to
// be evaluated in their order, since each sees all that those before it have recorded.
func (d *Day) Evaluate(ctx context.Context, r rulefmt.Rule, into storage.Appendable) (found []Found, err error) {
	own, err := rule(r)
	if err != nil {
		return nil, err
	}
	answers, err := d.answers(ctx, r.Expr)
	if err != nil {
		return nil, err
	}
	minute := 0
	group := rules.NewGroup(rules.GroupOptions{
		Name: own.Name(), Interval: time.Minute, Rules: []rules.Rule{own},
		Opts: &rules.ManagerOptions{
			ExternalURL: new(url.URL),
			QueryFunc: func(context.Context, string, time.Time) (promql.Vector, error) {
				return answers[minute], nil
			},
			NotifyFunc: func(_ context.Context, _ string, alerts ...*rules.Alert) {
				if len(alerts) > 0 {
					found = append(found, Found{minute, copied(alerts)})
				}
			},
			Context: ctx, Appendable: into, Queryable: d.DB, ResendDelay: time.Minute,
			Logger: slog.New(slog.DiscardHandler),
		},
	})
	alerting, _ := own.(*rules.AlertingRule)
	for ; minute < Minutes; minute++ {
		idle := len(answers[minute]) == 0 && (minute == 0 || len(answers[minute-1]) == 0)
		if paused(minute) || idle && (alerting == nil || !active(alerting)) {
			continue
		}
		group.Eval(ctx, Evaluated(minute))
		if err := own.LastError(); err != nil {
			return nil, fmt.Errorf("%s: %w", own.Name(), err)
		}
	}
	return found, nil
}

// answers are what an expression is at each minute.
func (d *Day) answers(ctx context.Context, expr string) (*[Minutes]promql.Vector, error) {
	m, err := d.DB.QueryRange(ctx, expr, Evaluated(0), Evaluated(Minutes-1), time.Minute)
	if err != nil {
		return nil, err
	}
	all := new([Minutes]promql.Vector)
	for _, s := range m {
		for _, p := range s.Floats {
			at := int((p.T - Evaluated(0).UnixMilli()) / time.Minute.Milliseconds())
			all[at] = append(all[at], promql.Sample{Metric: s.Metric, T: p.T, F: p.F, DropName: s.DropName})
		}
	}
	return all, nil
}

// active says whether a rule has alerts that wait, fire or have just resolved.
func active(r *rules.AlertingRule) (some bool) {
	r.ForEachActiveAlert(func(*rules.Alert) { some = true })
	return some
}
