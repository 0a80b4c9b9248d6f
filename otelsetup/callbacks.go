package otelsetup

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

const failedCallbackEvery = time.Minute

// failedCallbacks counts the calls of what the program handed in, callbacks of its
// instruments, processors and samplers of spans, that failed or hung, and tells of
// them now and then.
type failedCallbacks struct {
	logger *zap.Logger
	limit  limiter.Limiter
	busy   atomic.Bool // a line is being written
	calls  atomic.Int64
}

func newFailedCallbacks(logger *zap.Logger) *failedCallbacks {
	return &failedCallbacks{logger: logger, limit: limiter.Limiter{Interval: failedCallbackEvery}}
}

// report waits for nothing: readers call it with a lock of the SDK, and processors in
// an operation.
func (l *failedCallbacks) report(of string, err error) {
	l.calls.Add(1)
	if !l.busy.CompareAndSwap(false, true) {
		l.limit.Suppress()
		return
	}
	suppressed, ok := l.limit.Allow()
	if !ok {
		l.busy.Store(false)
		return
	}
	go func() {
		defer l.busy.Store(false)
		foreign.Deliver(context.Background(), make(chan error, 1), func(context.Context) error {
			l.logger.Error(catalog.CallbackFailed, zap.String(catalog.FieldCallback, of), zap.String(catalog.FieldError, firstLine(err)), limiter.Field(suppressed))
			return nil
		})
	}()
}

// register makes the count a metric.
func (l *failedCallbacks) register(meter metric.Meter) error {
	_, err := meter.Int64ObservableCounter(catalog.CallbackFailures.Name,
		metric.WithUnit(catalog.CallbackFailures.Unit), metric.WithDescription(catalog.CallbackFailures.Help),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(l.calls.Load())
			return nil
		}))
	return err
}
