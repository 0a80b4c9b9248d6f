package prometheus

import (
	"log/slog"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/rules"
)

// NewRule is a rule of a file as a server has it.
func NewRule(r rulefmt.Rule) (rules.Rule, error) {
	expr, err := Parser().ParseExpr(r.Expr)
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
