package observe

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An ending is how the program ends, which the last line tells.
type ending struct {
	once   sync.Once
	began  time.Time
	reason string       // why, if the program's context says so
	drain  atomic.Int64 // nanoseconds
}

// begin takes note of the first of Drain and Shutdown, and of what has cancelled its
// context: of a signal the context of signal.NotifyContext knows the name.
func (e *ending) begin(ctx context.Context) {
	e.once.Do(func() {
		e.began = time.Now()
		if cause := context.Cause(ctx); cause != nil && cause.Error() != ctx.Err().Error() {
			e.reason = cause.Error()
		}
	})
}

// sayEnded writes the last line. What comes after it, the telemetry, has lines of its
// own for what it loses.
func (o *Observer) sayEnded(failed error) {
	if !o.started {
		return
	}
	var fields []zap.Field
	if o.end.reason != "" {
		fields = append(fields, zap.String(catalog.FieldReason, o.end.reason))
	}
	if d := o.end.drain.Load(); d > 0 {
		fields = append(fields, milliseconds(catalog.FieldDrainMS, time.Duration(d)))
	}
	fields = append(fields, milliseconds(catalog.FieldDurationMS, time.Since(o.end.began)))
	dropped := o.telemetry.Losses().LogLines + uint64(o.log.Dropped()) //nolint:gosec // a count
	if dropped > 0 {
		fields = append(fields, zap.Uint64(catalog.FieldDropped, dropped))
	}
	if failed == nil && dropped == 0 {
		o.log.Info(catalog.ObservingEnded, fields...)
		return
	}
	o.log.Warn(catalog.ObservingEnded, append(fields, zap.Error(failed))...)
}

func milliseconds(key catalog.Field, d time.Duration) zap.Field {
	return zap.Float64(key, float64(d)/float64(time.Millisecond))
}
