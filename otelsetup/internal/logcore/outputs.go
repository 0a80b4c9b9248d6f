package logcore

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

// outputs writes an entry to both outputs.
type outputs struct {
	zap.AtomicLevel
	lines *linewriter.Writer
	flush func() error

	encoder zapcore.Encoder // of JSON, with the bound fields
	nested  bool            // a namespace is open in it
	bound   *bound          // of the bridge to OpenTelemetry; nil for JSON alone

	span  trace.SpanContext // of the bound context
	given idSet             // the ids among the bound fields
}

var _ zapcore.Core = (*outputs)(nil)

func (o *outputs) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if o.Enabled(e.Level) {
		return ce.AddCore(e, o)
	}
	return ce
}

func (o *outputs) With(fields []zapcore.Field) zapcore.Core {
	b := newBatch(nil)
	defer b.free()
	b.take(fields)

	derived := *o
	derived.encoder = o.encoder.Clone()
	for _, f := range b.plain() {
		f.AddTo(derived.encoder)
	}
	if b.ctx != nil {
		derived.span = b.span
	}
	if !o.nested {
		derived.given |= b.given()
		derived.nested = slices.ContainsFunc(b.plain(), isNamespace)
	}
	if o.bound != nil {
		derived.bound = o.bound.with(b)
	}
	return &derived
}

func (o *outputs) Write(e zapcore.Entry, fields []zapcore.Field) error {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Message, e.LoggerName = validText(e.Message), validText(e.LoggerName)
	var open []zapcore.Field
	if o.bound != nil {
		open = o.bound.fields[o.bound.open:]
	}
	b := newBatch(open)
	defer b.free()
	b.take(fields)

	err := o.writeLine(e, b)
	if o.bound != nil {
		err = errors.Join(err, o.emit(e, b))
	}
	switch {
	case e.Level <= zapcore.ErrorLevel:
		return err
	case e.Level < zapcore.FatalLevel && o.lines.Stalled():
		return errors.Join(err, o.flushRecords()) // the program may go on, and so it does
	}
	return errors.Join(err, o.Sync())
}

func (o *outputs) writeLine(e zapcore.Entry, b *batch) error {
	span := o.span
	if b.ctx != nil {
		span = b.span
	}
	given := o.given
	if !o.nested && span.IsValid() {
		given |= b.given()
	}
	var space [maxHead]byte
	head := appendHead(space[:0], e, span, given)
	tail, err := o.encoder.EncodeEntry(e, b.plain())
	if err != nil {
		return err
	}
	defer tail.Free()
	return o.lines.WriteLine(head, tail.Bytes()[1:])
}

// emit gives an entry to the bridge. The processors behind it are the user's,
// and they see the user's context.
func (o *outputs) emit(e zapcore.Entry, b *batch) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("emitting a log record: PANIC=%v", r)
		}
	}()
	return o.bound.write(e, b)
}

// Sync writes what waits and flushes both outputs.
func (o *outputs) Sync() error { return errors.Join(o.lines.Sync(), o.flushRecords()) }

func (o *outputs) flushRecords() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("flushing log records: PANIC=%v", r)
		}
	}()
	return o.flush()
}
