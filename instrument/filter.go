package instrument

import "context"

// ask calls a filter of the user. Without one, and when it panics, the operation
// is kept.
func ask(ctx context.Context, keep func(context.Context, string) bool, operation string) (kept bool) {
	if keep == nil {
		return true
	}
	defer func() {
		if recover() != nil {
			kept = true
		}
	}()
	return keep(ctx, operation)
}
