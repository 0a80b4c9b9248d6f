package otelsetup

import (
	"context"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

// A step is one part of the Telemetry: what flushes it, and what ends it.
type step struct {
	name  string
	run   func(context.Context) error
	flush func(context.Context) error // nil: does not wait for a receiver

	accounts *exporters.Accounts // of a signal, with the name of its items
	items    string
	repeats  bool // the last export has what those before it lost
	log      bool // no line can tell of it
}

// share returns how much of the time that is left the last of the steps may
// take.
func share(left time.Duration, steps []step) time.Duration {
	if steps[len(steps)-1].flush == nil {
		return max(left, foreign.Moment)
	}
	var flushing time.Duration
	for _, s := range steps {
		if s.flush != nil {
			flushing++
		}
	}
	return left / flushing
}

// end runs the step and says what it lost.
func (s step) end(ctx context.Context, budget time.Duration) error {
	if s.accounts == nil {
		return foreign.Within(ctx, budget, s.run)
	}
	before := s.accounts.Lost(false)
	err := foreign.Within(ctx, budget, s.run)
	lost := s.accounts.Lost(true) - before
	switch {
	case lost == 0, err == nil && s.repeats:
		return err
	case err == nil:
		return fmt.Errorf("%d %s were not delivered", lost, s.items)
	}
	return fmt.Errorf("%d %s were not delivered: %w", lost, s.items, err)
}

func (s step) flushWithin(ctx context.Context, budget time.Duration) error {
	if s.flush == nil {
		return nil
	}
	if err := foreign.Within(ctx, budget, s.flush); err != nil {
		return fmt.Errorf("otelsetup: flush %s: %w", s.name, err)
	}
	return nil
}
