package logcore

import (
	"encoding/hex"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// timestamp has all nine digits, so that lines sort by their text.
const timestamp = "2006-01-02T15:04:05.000000000Z"

// newEncoder returns the encoder of all of a line but its head, which has the
// parts that need no quoting and, before any namespace, the ids of the trace.
func newEncoder() zapcore.Encoder {
	return zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		NameKey:       catalog.FieldLogger,
		CallerKey:     catalog.FieldCaller,
		MessageKey:    catalog.FieldMessage,
		StacktraceKey: catalog.FieldStacktrace,
		EncodeCaller:  zapcore.ShortCallerEncoder,
	})
}

// maxHead is enough for any head, so that it needs no allocation.
const maxHead = 256

// appendHead appends the beginning of a line, with the comma that ends it.
func appendHead(dst []byte, e zapcore.Entry, span trace.SpanContext, p Particulars) []byte {
	dst = append(dst, '{')
	if !p.Timeless {
		dst = append(dst, `"`+catalog.FieldTimestamp+`":"`...)
		dst = appendTime(dst, e.Time)
		dst = append(dst, '"', ',')
	}
	dst = append(dst, `"`+catalog.FieldLevel+`":"`...)
	dst = append(dst, e.Level.String()...)
	dst = append(dst, '"', ',')
	if p.Severity != 0 {
		dst = append(dst, `"`+catalog.FieldSeverityNumber+`":`...)
		dst = strconv.AppendInt(dst, int64(p.Severity), 10)
		dst = append(dst, ',')
	}
	if !span.IsValid() {
		return dst
	}
	trace, id := span.TraceID(), span.SpanID()
	dst = append(dst, `"`+catalog.FieldTraceID+`":"`...)
	dst = hex.AppendEncode(dst, trace[:])
	dst = append(dst, `","`+catalog.FieldSpanID+`":"`...)
	dst = hex.AppendEncode(dst, id[:])
	dst = append(dst, `","`+catalog.FieldTraceFlags+`":"`...)
	dst = hex.AppendEncode(dst, []byte{byte(span.TraceFlags())})
	return append(dst, '"', ',')
}

func appendTime(dst []byte, t time.Time) []byte { return t.UTC().AppendFormat(dst, timestamp) }

// LostLine returns a line that says how many are missing before it.
func LostLine(lost uint64) []byte {
	line := appendHead(nil, zapcore.Entry{Time: time.Now(), Level: zapcore.WarnLevel}, trace.SpanContext{}, Particulars{})
	line = append(line, `"`+catalog.FieldMessage+`":"`+catalog.LogLinesDropped+`","`+catalog.FieldDropped+`":`...)
	line = strconv.AppendUint(line, lost, 10)
	return append(line, '}', '\n')
}
