package instrument

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// hungAfter returns how old each operation may be before a line names it.
func hungAfter(infos []record.OperationInfo) []time.Duration {
	limits := make([]time.Duration, len(infos))
	for i, info := range infos {
		limits[i] = objective.OperationAge
		if info.CallerTime {
			limits[i] = objective.TransactionAge
		}
	}
	return limits
}

// A hungLog writes the lines of operations that hang, and that of a clock which fell back, from a goroutine of its own,
// which there is only while it writes one: a logger that hangs must not hold up the
// watch. A nil hungLog writes none.
type hungLog struct {
	observer *observer
	outbox   *outbox.Outbox
}

const (
	// maxHungLines is how many lines wait for a logger: one for each operation, and one of the clock.
	maxHungLines = record.MaxOperations + 1

	// hungTimeout is how long Close waits for the last line.
	hungTimeout = time.Second
)

func newHungLog(o *observer) *hungLog {
	return &hungLog{observer: o, outbox: outbox.New(maxHungLines, nil)}
}

// say writes a line of an operation that has been in flight for so long.
func (h *hungLog) say(op record.Operation, age time.Duration) {
	began := time.Now().Add(-age)
	h.outbox.Add(func() { h.observer.sayHung(op, began) })
}

// sayClockFell writes the line that durations are measured by the monotonic clock, and why.
func (h *hungLog) sayClockFell(why string) { h.outbox.Add(func() { h.observer.log.sayClockFell(why) }) }

// close ends it when the lines so far are written.
func (h *hungLog) close() {
	if h == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), hungTimeout)
	defer cancel()
	h.outbox.Close(ctx)
}

func (o *observer) sayHung(op record.Operation, began time.Time) {
	info := &o.rec.Infos[op]
	level := zapcore.ErrorLevel
	if info.CallerTime {
		level = zapcore.WarnLevel
	}
	if !o.log.enabled(level) {
		return
	}
	fields := make([]zap.Field, 0, 4)
	// What the watch says is a moment too young.
	if span := o.spans.live.oldest(op, began); span.IsValid() {
		fields = append(fields, tracefield.Context(trace.ContextWithSpanContext(context.Background(), span)))
	}
	fields = append(fields, zap.String(catalog.FieldOperation, info.Name))
	entries := callEntries
	if !o.calls {
		entries = storeEntries[catalog.Operation(info.Name)]
	}
	if stack, reason := whereIn(entries); stack != "" {
		fields = append(fields, zap.String(catalog.FieldStack, stack))
	} else {
		fields = append(fields, zap.String(catalog.FieldReason, reason))
	}
	fields = append(fields, zap.Float64(catalog.FieldDurationMS, float64(time.Since(began))/float64(time.Millisecond)))
	o.log.guarded(func() {
		if line := o.log.logger.Check(level, catalog.OperationHangs); line != nil {
			line.Write(fields...)
		}
	})
}
