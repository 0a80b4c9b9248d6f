package instrument

import (
	"math"
	"slices"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// never is a threshold that no operation reaches.
const never = time.Duration(math.MaxInt64)

// slowThresholds returns a threshold for each operation: that of the objective
// where the duration is the engine's alone.
func slowThresholds(infos []record.OperationInfo) []time.Duration {
	slow := make([]time.Duration, len(infos))
	for i, info := range infos {
		slow[i] = objective.LatencyP99
		name := catalog.Operation(info.Name)
		if info.CallerTime || name == catalog.Ping || name == catalog.Other || slices.Contains(catalog.UntimedCommands(), name) {
			slow[i] = never
		}
	}
	return slow
}

// set changes the thresholds of the named operations, or of all that have one
// by default. A name without an operation has been refused before.
func (t slowThreshold) set(slow []time.Duration, infos []record.OperationInfo) {
	threshold := t.threshold
	if threshold <= 0 {
		threshold = never
	}
	for _, name := range t.operations {
		if op, err := record.OperationNamed(infos, name); err == nil {
			slow[op] = threshold
		}
	}
	if len(t.operations) > 0 {
		return
	}
	for op, byDefault := range slowThresholds(infos) {
		if byDefault != never {
			slow[op] = threshold
		}
	}
}

// A slowThreshold is what WithSlowThreshold sets.
type slowThreshold struct {
	threshold  time.Duration
	operations []string
}
