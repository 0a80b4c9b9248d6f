package runbook

import (
	"fmt"
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// objectives are the constants of monitoring/objective that no parameter changes.
var objectives = map[string]any{
	"Availability":       objective.Availability,
	"ErrorBudget":        promql.Round(objective.ErrorBudget),
	"SaturationCritical": objective.SaturationCritical,
	"DiskFilling":        objective.DiskFilling,
	"DiskForecast":       objective.DiskForecast,
	"DiskForecastFrom":   objective.DiskForecastFrom,
	"DiskSlowCritical":   objective.DiskSlowCritical,
	"WriteStall":         objective.WriteStall,
	"WriteStallCritical": objective.WriteStallCritical,
	"FreelistSize":       objective.FreelistSize,
	"FreelistShare":      objective.FreelistShare,
	"CanceledRatio":      objective.CanceledRatio,
	"ConflictRatio":      objective.ConflictRatio,
	"TrafficLeft":        objective.TrafficLeft,
	"TrafficMin":         objective.TrafficMin,
	"TrafficShare":       objective.TrafficShare,
	"Restarts":           objective.Restarts,
	"RestartsHour":       objective.RestartsHour,
	"CapacityUsed":       objective.CapacityUsed,
	"OperationAge":       objective.OperationAge,
	"TransactionAge":     objective.TransactionAge,
}

// constant returns one of monitoring/objective, a duration as Prometheus writes it.
func constant(name string) (any, error) {
	switch value := objectives[name].(type) {
	case nil:
		return nil, fmt.Errorf("there is no objective %s, or it is a field of the scope", name)
	case time.Duration:
		return promql.Duration(value), nil
	default:
		return value, nil
	}
}
