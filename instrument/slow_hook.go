package instrument

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// SlowOperation describes an operation that took as long as its threshold or
// longer, to the hook of WithOnSlow.
type SlowOperation struct {
	System, Namespace, Operation string

	Duration  time.Duration
	Outcome   string // ok, miss, conflict, aborted, canceled, error
	ErrorType string // as on the metrics; empty unless the operation failed
}

// never is a threshold that no operation reaches.
const never = time.Duration(math.MaxInt64)

// slowThresholds returns a threshold for each operation: that of the objective
// where the duration is the engine's alone.
func slowThresholds(infos []record.OperationInfo) []time.Duration {
	slow := make([]time.Duration, len(infos))
	for i, info := range infos {
		slow[i] = objective.LatencyP99
		if info.CallerTime || info.Name == string(catalog.Ping) || info.Name == record.OtherOperation {
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

// evidence is the sink that asks the user's hook for what it has kept of a slow
// operation.
type evidence struct {
	hook   func(context.Context, SlowOperation) string
	series *record.Series
}

func (v evidence) take(ctx context.Context, e event) event {
	if e.slow {
		e.evidence = v.ask(ctx, &e)
	}
	return e
}

// ask calls the hook. Its panic must not fail the operation, nor may a path in
// another encoding than UTF-8 fail the export of the span.
func (v evidence) ask(ctx context.Context, e *event) (id string) {
	defer func() {
		if recover() != nil {
			id = ""
		}
	}()
	id = v.hook(ctx, SlowOperation{
		System:    v.series.System,
		Namespace: v.series.Namespace,
		Operation: e.operation,
		Duration:  e.duration,
		Outcome:   e.slot.Outcome().String(),
		ErrorType: e.failure,
	})
	return strings.ToValidUTF8(id, "\uFFFD")
}

// A slowThreshold is what WithSlowThreshold sets.
type slowThreshold struct {
	threshold  time.Duration
	operations []string
}
