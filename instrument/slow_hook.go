package instrument

import (
	"context"
	"strings"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// SlowOperation describes an operation that took as long as its threshold or
// longer, to the hook of WithOnSlow.
type SlowOperation struct {
	System, Namespace, Operation string

	Duration  time.Duration
	Outcome   string // ok, miss, conflict, aborted, canceled, error
	ErrorType string // as on the metrics; empty unless the operation failed
}

// evidence is the sink that asks the user's hook for what it has kept of a slow
// operation.
type evidence struct {
	hook   func(context.Context, SlowOperation) string
	series *record.Series
}

func (v evidence) take(ctx context.Context, e report) report {
	if e.slow {
		e.evidence = v.ask(ctx, &e)
	}
	return e
}

// ask calls the hook. Its panic must not fail the operation, nor may a path in
// another encoding than UTF-8 fail the export of the span.
func (v evidence) ask(ctx context.Context, e *report) (id string) {
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
