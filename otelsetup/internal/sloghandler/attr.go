package sloghandler

import (
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

func appendAttrs(fields []zapcore.Field, attrs []slog.Attr, depth int) []zapcore.Field {
	for _, a := range attrs {
		fields = appendAttr(fields, a, depth)
	}
	return fields
}

// appendAttr appends what is left of an attribute: nothing of an empty one, and more than one
// field of a group without a name.
func appendAttr(fields []zapcore.Field, a slog.Attr, depth int) []zapcore.Field {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindBool:
		return append(fields, zap.Bool(a.Key, v.Bool()))
	case slog.KindDuration:
		return append(fields, zap.Duration(a.Key, v.Duration()))
	case slog.KindFloat64:
		return append(fields, zap.Float64(a.Key, v.Float64()))
	case slog.KindInt64:
		return append(fields, zap.Int64(a.Key, v.Int64()))
	case slog.KindString:
		return append(fields, zap.String(a.Key, v.String()))
	case slog.KindTime:
		return append(fields, zap.Time(a.Key, v.Time()))
	case slog.KindUint64:
		return append(fields, zap.Uint64(a.Key, v.Uint64()))
	case slog.KindGroup:
		return appendGroup(fields, a.Key, v.Group(), depth)
	default:
		return appendAny(fields, a.Key, v.Any())
	}
}

// appendGroup ends groups that contain themselves, as a LogValuer can have them, where package
// logcore ends objects.
func appendGroup(fields []zapcore.Field, key string, attrs []slog.Attr, depth int) []zapcore.Field {
	if depth == logcore.MaxDepth {
		return append(fields, zap.String(key, logcore.TooDeep))
	}
	if key == "" {
		return appendAttrs(fields, attrs, depth+1)
	}
	if inner := appendAttrs(nil, attrs, depth+1); len(inner) > 0 {
		fields = append(fields, zap.Dict(key, inner...))
	}
	return fields
}

func appendAny(fields []zapcore.Field, key string, v any) []zapcore.Field {
	switch v := v.(type) {
	case nil:
		if key == "" {
			return fields
		}
		return append(fields, zap.Reflect(key, nil))
	case error:
		return append(fields, zap.NamedError(key, v))
	default:
		return append(fields, zap.Any(key, v))
	}
}
