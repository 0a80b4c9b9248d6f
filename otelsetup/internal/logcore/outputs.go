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

	root  *bound // nothing is bound to it
	bound *bound
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
	derived.bound = o.bound.with(o.root, b)
	return &derived
}

func (o *outputs) Write(e zapcore.Entry, fields []zapcore.Field) error {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Message, e.LoggerName = validText(e.Message), validText(e.LoggerName)
	var open []zapcore.Field
	if o.bound.bridge != nil {
		open = o.bound.fields[o.bound.open:]
	}
	b := newBatch(open)
	defer b.free()
	b.take(fields)

	err := o.writeBoth(e, b)
	switch {
	case e.Level <= zapcore.ErrorLevel:
		return err
	case e.Level < zapcore.FatalLevel && o.lines.Stalled():
		return errors.Join(err, o.flushRecords()) // the program may go on, and so it does
	}
	return errors.Join(err, o.Sync())
}

// writeBoth writes an entry to both outputs. Mostly no name is there twice, and
// what is bound can stay as it was encoded.
func (o *outputs) writeBoth(e zapcore.Entry, b *batch) error {
	span, failure := o.bound.span, o.bound.exception
	if b.ctx != nil {
		span = b.span
	}
	if b.exception.any {
		failure = b.exception
	}
	if b.particulars != (Particulars{}) && o.root.bridge != nil {
		ctx := o.bound.ctx
		if b.ctx != nil {
			ctx = b.ctx
		}
		b.ctx = b.particulars.into(ctx)
	}
	want := o.bound.want(b.plain())
	var space [2]zapcore.Field
	exception := failure.attributes(space[:0], want.names)
	taken := taken(&e, span, b.particulars, failure.any || want.names&(exceptionMessage|exceptionType) != 0)

	if want.twice || want.names&taken != 0 {
		fields := settle(slices.Concat(o.bound.given, b.plain()), taken)
		err := o.writeLine(o.root.encoder, e, span, b.particulars, fields)
		if o.root.bridge == nil {
			return err
		}
		ctx := o.bound.ctx
		if b.ctx != nil {
			ctx = b.ctx
		}
		return errors.Join(err, emit(o.root.bridge, e, withContext(ctx, exception, fields)))
	}
	err := o.writeLine(o.bound.encoder, e, span, b.particulars, b.plain())
	if o.bound.bridge == nil {
		return err
	}
	return errors.Join(err, emit(o.bound.bridge, e, b.bridged(exception)))
}

func (o *outputs) writeLine(encoder zapcore.Encoder, e zapcore.Entry, span trace.SpanContext, p Particulars, fields []zapcore.Field) error {
	var space [maxHead]byte
	head := appendHead(space[:0], e, span, p)
	tail, err := encoder.EncodeEntry(e, fields)
	if err != nil {
		return err
	}
	defer tail.Free()
	return o.lines.WriteLine(head, tail.Bytes()[1:])
}

// emit gives an entry to the bridge. The processors behind it are the user's,
// and they see the user's context.
func emit(bridge zapcore.Core, e zapcore.Entry, fields []zapcore.Field) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("emitting a log record: PANIC=%v", r)
		}
	}()
	return bridge.Write(e, fields)
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
