package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// What operations suffer.
const (
	errorShare    = 0.10
	slowShare     = 0.05
	slowBy        = 300 * time.Millisecond
	conflictShare = 0.20
)

var (
	errInjected = errors.New("the fault errors is on")
	errFull     = errors.New("the fault fulldisk is on, and the disk is full")
	errLost     = errors.New("the fault conflicts is on: another update was first")
)

// strike fails or delays an operation, or does neither.
func (s *Store) strike(ctx context.Context, op string) error {
	on := s.on.Load()
	if on == nil {
		return nil
	}
	return on.strike(ctx, op)
}

func (a *active) strike(ctx context.Context, op string) error {
	switch a.Kind {
	case Errors:
		if rand.Float64() < errorShare {
			return &kvdb.Error{Op: op, Kind: kvdb.ErrUnavailable, Err: errInjected}
		}
	case Slow:
		if rand.Float64() < slowShare {
			return wait(ctx, op, slowBy)
		}
	case Conflicts:
		if updates(op) && (isOurs(ctx) || rand.Float64() < conflictShare) {
			return &kvdb.Error{Op: op, Kind: kvdb.ErrConflict, Err: errLost}
		}
	case FullDisk:
		if writes(op) && a.full() {
			return &kvdb.Error{Op: op, Kind: kvdb.ErrNoSpace, Err: errFull}
		}
	case Hang:
		if isOurs(ctx) {
			<-a.ended // an operation that hangs does not look at its context
		}
	}
	return nil
}

// updates reports whether an operation can lose to another: it depends on what there
// was before, or is several at once.
func updates(op string) bool { return op == "update" || op == "compare_and_swap" || op == "batch" }

// writes reports whether an operation changes the store.
func writes(op string) bool { return op == "put" || op == "delete" || updates(op) }

func wait(ctx context.Context, op string, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return kvdb.ContextError(op, ctx.Err())
	}
}

type ours struct{}

// withOurs marks the calls of a fault: only those hang, and none of them gets
// through to the engine.
func withOurs(ctx context.Context) context.Context { return context.WithValue(ctx, ours{}, true) }

func isOurs(ctx context.Context) bool { return ctx.Value(ours{}) != nil }
