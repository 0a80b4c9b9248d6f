package days

import (
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/rules"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// Rules are those of a file, in the order in which Prometheus evaluates them.
func Rules(text []byte) (all []rulefmt.Rule, err error) {
	groups, errs := rulefmt.Parse(text, false, model.UTF8Validation, prometheus.Parser(), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for _, g := range groups.Groups {
		all = append(all, g.Rules...)
	}
	return all, nil
}

// rule is a rule as a server has it.
func rule(r rulefmt.Rule) (rules.Rule, error) {
	expr, err := prometheus.Parser().ParseExpr(r.Expr)
	if err != nil {
		return nil, err
	}
	if r.Record != "" {
		return rules.NewRecordingRule(r.Record, expr, labels.FromMap(r.Labels)), nil
	}
	const restored = true // or the rule waits for its past before it shows ALERTS
	return rules.NewAlertingRule(
		r.Alert, expr, time.Duration(r.For), time.Duration(r.KeepFiringFor), labels.FromMap(r.Labels), labels.FromMap(r.Annotations),
		labels.EmptyLabels(), "", restored, slog.New(slog.DiscardHandler),
	), nil
}
