package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// Others wait as long as this one before they fire for what errors cause, or longer.
const soon = 3 * time.Minute

var errorRatioHigh = Alert{
	Name: "KVErrorRatioHigh",
	Of:   Store,
	Levels: func(s *Scope) []Level {
		errors := s.recorded(errorsRate)
		return []Level{{
			Severity: Critical, For: soon, KeepFiring: window,
			Expr: errors.Over(s.recorded(requestsRate)).Above(s.Errors).
				And(promql.Same, s.enough(errors, window)),
		}}
	},
	Summary: share + " of " + operation + " fail, " + store + ", " + atInstance +
		": look at error_type of the lines \"operation failed\"",
	Description: "A share of an operation fails that is above the objective, whatever the budget for errors. " +
		"Errors that are the caller's fault do not count, nor does a handful of errors.",
	Fault:     "errors",
	Objective: []string{"ErrorRatio"},
	Causes:    []string{"KVEngineFailed", "KVDiskFull", "KVStoreHung"},
}

// spendErrors are alerts about stores that tell why a budget of errors is spent.
var spendErrors = []string{"KVErrorRatioHigh", "KVEngineFailed", "KVDiskFull", "KVStoreHung"}

var errorBudgetBurn = Alert{
	Name: "KVErrorBudgetBurn",
	Of:   Service,
	Levels: func(s *Scope) []Level {
		return s.burn(serviceErrors, serviceRequests, append([]string{"KVErrorBudgetBurn"}, spendErrors...)...)
	},
	Summary: share + " of the operations on " + serviceStore + " fail: the budget of a month is being spent, " +
		"see which operation fails and how",
	Description: "So many operations fail that the budget for a month will not last.",
	Fault:       "errors",
	Objective:   []string{"Availability"},
	Causes:      spendErrors,
}
