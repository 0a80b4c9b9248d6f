package instrument

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An operationLog writes the lines of a store's operations. A nil one writes
// none.
type operationLog struct {
	logger     *zap.Logger
	options    LogOptions
	suppressed *atomic.Uint64

	mu     sync.Mutex
	floods map[floodKey]*limiter.Limiter
}

// ownCode leaves call site and stack out of the lines: they would be this
// package's, whatever operation it is.
var ownCode = []zap.Option{zap.WithCaller(false), zap.AddStacktrace(zapcore.InvalidLevel)}

// newOperationLog makes the log of a store, which counts what it suppresses.
func newOperationLog(logger *zap.Logger, options LogOptions, s *record.Series, suppressed *atomic.Uint64) *operationLog {
	if options.KeyLimit <= 0 {
		options.KeyLimit = defaultKeyLimit
	}
	if options.Burst <= 0 {
		options.Burst = defaultBurst
	}
	if len(options.HashSecret) == 0 {
		options.HashSecret = processSecret()
	}
	return &operationLog{
		logger:     logger.WithOptions(ownCode...).With(zap.String(catalog.FieldSystem, s.System), zap.String(catalog.FieldNamespace, s.Namespace)),
		options:    options,
		suppressed: suppressed,
		floods:     make(map[floodKey]*limiter.Limiter),
	}
}

// successes reports whether an operation that went well may get a line.
func (l *operationLog) successes() bool {
	return l != nil && l.enabled(l.successLevel())
}

// enabled asks the core, which may be the user's.
func (l *operationLog) enabled(level zapcore.Level) (is bool) {
	defer func() { _ = recover() }()
	return l.logger.Core().Enabled(level)
}

func (l *operationLog) successLevel() zapcore.Level {
	if l.options.Successes {
		return zapcore.InfoLevel
	}
	return zapcore.DebugLevel
}

// line returns the level and the message of an operation.
func (l *operationLog) line(e *report) (zapcore.Level, string) {
	switch o := e.slot.Outcome(); {
	case e.slot.CallersFault():
		return zapcore.WarnLevel, catalog.OperationFailed
	case o == record.OutcomeError:
		return zapcore.ErrorLevel, catalog.OperationFailed
	case e.slow:
		return zapcore.WarnLevel, catalog.OperationSlow
	case o == record.OutcomeOK, o == record.OutcomeMiss:
		return l.successLevel(), catalog.OperationSucceeded
	default:
		return l.successLevel(), catalog.OperationEnded
	}
}

// take logs an operation if it failed, was slow, or successes are logged.
func (l *operationLog) take(ctx context.Context, e report) report {
	l.write(ctx, &e)
	return e
}

func (l *operationLog) write(ctx context.Context, e *report) {
	span := e.span
	if !span.IsValid() {
		span = trace.SpanContextFromContext(ctx)
	}
	level, message := l.line(e)
	if !l.enabled(level) {
		return
	}
	var suppressed int
	switch {
	case level > zapcore.InfoLevel:
		var pass bool
		if pass, suppressed = l.admit(floodKey{message, e.kind, e.slot, span.IsSampled()}); !pass {
			return
		}
	case l.options.Sample > 1 && rand.IntN(l.options.Sample) > 0:
		return
	}
	if !span.Equal(trace.SpanContextFromContext(ctx)) {
		ctx = trace.ContextWithSpanContext(ctx, span)
	}
	l.guarded(func() {
		if line := l.logger.Check(level, message); line != nil {
			line.Write(append(l.fields(ctx, e, suppressed), l.further(ctx)...)...)
		}
	})
}

// guarded calls what writes a line. A logger that panics must not fail the
// operation: it costs the line, which counts as suppressed.
func (l *operationLog) guarded(write func()) {
	defer func() {
		if recover() != nil {
			l.suppressed.Add(1)
		}
	}()
	write()
}

// further asks the user for fields. A panic must not fail the operation.
func (l *operationLog) further(ctx context.Context) (fields []zap.Field) {
	if l.options.Fields == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			fields = nil
		}
	}()
	return l.options.Fields(ctx)
}

func (l *operationLog) fields(ctx context.Context, e *report, suppressed int) []zap.Field {
	fields := make([]zap.Field, 0, 14)
	fields = append(fields,
		tracefield.Context(ctx),
		zap.String(catalog.FieldOperation, e.operation),
		zap.String(catalog.FieldOutcome, e.slot.Outcome().String()),
		zap.Float64(catalog.FieldDurationMS, float64(e.duration)/float64(time.Millisecond)))
	if e.key != nil {
		fields = append(fields, zap.Int(catalog.FieldKeyLen, len(e.key)), zap.String(catalog.FieldKeyHash, l.hash(e.key)))
		if l.options.Keys {
			fields = append(fields, zap.String(catalog.FieldKey, l.show(e.key)))
		}
	}
	if e.items > 0 {
		fields = append(fields, zap.Int(catalog.FieldBatchItems, e.items))
	}
	fields = append(fields, zap.Int(catalog.FieldValueBytes, e.valueBytes()))
	if e.failure != "" {
		fields = append(fields, zap.String(catalog.FieldErrorType, e.failure))
	}
	if e.err != nil && e.slot.Outcome() != record.OutcomeMiss {
		fields = append(fields, zap.String(catalog.FieldError, l.errorText(e.err, e.key)))
	}
	if e.evidence != "" {
		fields = append(fields, zap.String(catalog.FieldEvidence, e.evidence))
	}
	return append(fields, limiter.Field(suppressed))
}

// valueBytes is what the operation moved without the key that it sent.
func (e *report) valueBytes() int {
	return e.read + max(e.sent-len(e.key), 0)
}

// sayClockFell says why durations are measured by the monotonic clock.
func (l *operationLog) sayClockFell(why string) {
	l.guarded(func() { l.logger.Warn(catalog.ClockFellBack, zap.String(catalog.FieldReason, why)) })
}

// sayRefused says that there is no room for the series of an operation.
func (l *operationLog) sayRefused(operation string) {
	if l != nil {
		l.guarded(func() {
			l.logger.Warn(catalog.OperationCountedAsOther,
				zap.String(catalog.FieldOperation, operation),
				zap.String(catalog.FieldReason, "the limit of series is reached"))
		})
	}
}
