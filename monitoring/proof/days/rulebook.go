package days

import (
	"errors"
	"log/slog"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

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
