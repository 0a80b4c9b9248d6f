package instrument

import "context"

// A sink takes reports, on the goroutine of the operation. It returns the report as
// the sinks behind it should see it. A report is passed by value, so that it lives on
// the stack of the operation.
type sink interface {
	take(ctx context.Context, e report) report
}

// sinks stand in the order in which they are told, so that each can name what the
// one before has left. Without an option one may be nil.
type sinks [4]sink

func (all *sinks) take(ctx context.Context, e report) {
	for _, s := range all {
		if s != nil {
			e = s.take(ctx, e)
		}
	}
}
