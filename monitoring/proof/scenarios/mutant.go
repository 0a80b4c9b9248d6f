package scenarios

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/otelkv/otelkv/monitoring/proof/internal/mutant"
)

// A Mutant is a rule with one thing wrong in it.
type Mutant struct {
	What string
	Rule Rule
}

// Mutants are those of a rule.
func (r Rule) Mutants() (all []Mutant, err error) {
	list, err := mutant.Of(r.Expr, mutant.Selectors, mutant.Comparisons, mutant.Aggregations, mutant.Labels, mutant.Numbers, mutant.Windows)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if strings.HasPrefix(m.What, "by ") {
			continue // it is among those without a label
		}
		one := r
		one.Expr = m.Expr
		all = append(all, Mutant{m.What, one})
	}
	if r.Alert == "" {
		return all, nil
	}
	for _, d := range waits(r.For) {
		one := r
		one.For = d
		all = append(all, Mutant{fmt.Sprintf("for %v to %v", r.For, d), one})
	}
	for _, d := range waits(r.KeepFiringFor) {
		one := r
		one.KeepFiringFor = d
		all = append(all, Mutant{fmt.Sprintf("keep_firing_for %v to %v", r.KeepFiringFor, d), one})
	}
	return all, nil
}

// waits are half of a wait and twice, in whole minutes, since a scenario has a sample a minute.
func waits(d model.Duration) []model.Duration {
	if d == 0 {
		return []model.Duration{model.Duration(2 * time.Minute)}
	}
	half := (time.Duration(d) / 2).Truncate(time.Minute)
	return []model.Duration{model.Duration(half), 2 * d}
}
