package callbacks

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

const failureEvery = time.Minute

// Failures counts the calls of what the program handed in, callbacks of its
// instruments, processors and samplers of spans, that failed or hung, and tells of
// them now and then.
type Failures struct {
	logger *zap.Logger
	limit  limiter.Limiter
	busy   atomic.Bool // a line is being written
	calls  atomic.Int64
}

// NewFailures returns one that tells logger.
func NewFailures(logger *zap.Logger) *Failures {
	return &Failures{logger: logger, limit: limiter.Limiter{Interval: failureEvery}}
}

// Report takes one. It waits for nothing: readers call it with a lock of the SDK, and processors in
// an operation.
func (f *Failures) Report(of string, err error) {
	f.calls.Add(1)
	if !f.busy.CompareAndSwap(false, true) {
		f.limit.Suppress()
		return
	}
	suppressed, ok := f.limit.Allow()
	if !ok {
		f.busy.Store(false)
		return
	}
	go func() {
		defer f.busy.Store(false)
		foreign.Deliver(context.Background(), make(chan error, 1), func(context.Context) error {
			f.logger.Error(catalog.CallbackFailed, zap.String(catalog.FieldCallback, of), zap.String(catalog.FieldError, oneline.Error(err)), limiter.Field(suppressed))
			return nil
		})
	}()
}

// Register makes the count a metric.
func (f *Failures) Register(meter metric.Meter) error {
	_, err := meter.Int64ObservableCounter(catalog.CallbackFailures.Name,
		metric.WithUnit(catalog.CallbackFailures.Unit), metric.WithDescription(catalog.CallbackFailures.Help),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(f.calls.Load())
			return nil
		}))
	return err
}
