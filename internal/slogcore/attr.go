package slogcore

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// fields are those of an entry, as slog has them.
type fields struct {
	ctx    context.Context //nolint:containedctx // it came in a field
	attrs  []slog.Attr     // outside of all groups
	groups []group         // each in the one before it
}

func split(given []zapcore.Field) (f fields) {
	f.attrs = make([]slog.Attr, 0, len(given))
	to := &f.attrs
	for _, field := range given {
		if ctx, ok := field.Interface.(context.Context); ok {
			f.ctx = ctx //nolint:fatcontext // it is not made from the one before
			continue
		}
		if field.Type == zapcore.NamespaceType {
			f.groups = append(f.groups, group{name: field.Key})
			to = &f.groups[len(f.groups)-1].attrs
			continue
		}
		*to = appendField(*to, field)
	}
	return f
}

func appendField(attrs []slog.Attr, f zapcore.Field) []slog.Attr {
	switch f.Type {
	case zapcore.SkipType:
		return attrs
	case zapcore.StringType:
		return append(attrs, slog.String(f.Key, f.String))
	case zapcore.BoolType:
		return append(attrs, slog.Bool(f.Key, f.Integer == 1))
	case zapcore.Int64Type, zapcore.Int32Type, zapcore.Int16Type, zapcore.Int8Type:
		return append(attrs, slog.Int64(f.Key, f.Integer))
	case zapcore.Float64Type:
		return append(attrs, slog.Float64(f.Key, math.Float64frombits(uint64(f.Integer))))
	case zapcore.DurationType:
		return append(attrs, slog.Duration(f.Key, time.Duration(f.Integer)))
	case zapcore.ErrorType, zapcore.ReflectType:
		return append(attrs, slog.Any(f.Key, f.Interface))
	}
	enc := zapcore.NewMapObjectEncoder()
	panicked := encode(f, enc)
	attrs = append(attrs, sorted(enc.Fields)...)
	if panicked != nil {
		attrs = append(attrs, slog.String(f.Key+catalog.ErrorSuffix, fmt.Sprintf("PANIC=%v", panicked)))
	}
	return attrs
}

// encode returns what a marshaler has panicked with.
func encode(f zapcore.Field, enc zapcore.ObjectEncoder) (panicked any) {
	defer func() { panicked = recover() }()
	f.AddTo(enc)
	return nil
}

// sorted returns what an object has, by name, since maps have no order.
func sorted(object map[string]any) []slog.Attr {
	attrs := make([]slog.Attr, 0, len(object))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if inner, ok := object[key].(map[string]any); ok {
			attrs = append(attrs, slog.Attr{Key: key, Value: slog.GroupValue(sorted(inner)...)})
			continue
		}
		attrs = append(attrs, slog.Any(key, object[key]))
	}
	return attrs
}
