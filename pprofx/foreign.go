package pprofx

import (
	"context"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/internal/outbox"
)

// foreignPatience is how long a function of the user may take that returns what
// is in memory.
const foreignPatience = 2 * time.Second

func ask[T any](ctx context.Context, f *outbox.Function[T]) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, foreignPatience)
	defer cancel()
	return f.Call(ctx)
}

// await waits for what comes of work, which a hung disk or a hung function of the
// user may keep from ending when ctx is done, or in time for Close.
func await[T any](ctx context.Context, closed <-chan struct{}, work <-chan T) (result T, late error) {
	select {
	case result = <-work:
		return result, nil
	case <-closed:
		late = ErrClosed
	case <-ctx.Done():
		late = context.Cause(ctx)
	}
	patience := time.NewTimer(foreignPatience) // it ends by itself, as a rule
	defer patience.Stop()
	select {
	case result = <-work:
		return result, nil
	case <-patience.C:
		return result, fmt.Errorf("pprofx: not written yet: %w", late)
	}
}
