package days

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// Evaluate evaluates a rule at each minute of the day and appends what it records.
func (d *Day) Evaluate(ctx context.Context, r rulefmt.Rule, into storage.Appendable) (found []Found, err error) {
	own, err := prometheus.NewRule(r)
	if err != nil {
		return nil, err
	}
	err = d.DB.Replay(ctx, own, prometheus.Course{
		From: Evaluated(0), Step: time.Minute, N: Minutes, Skips: paused, Into: into,
		Notify: func(minute int, alerts []*rules.Alert) { found = append(found, Found{minute, copied(alerts)}) },
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", own.Name(), err)
	}
	return found, nil
}
