package health

import (
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Transition is a change of a check's status.
type Transition struct {
	State
	From      Status    // State.Status is what it has become
	FromSince time.Time // when From began
}

func (t Transition) log(log *outbox.Log) {
	fields := []zap.Field{
		zap.String(catalog.FieldCheck, t.Name), zap.Stringer(catalog.FieldKind, t.Kind),
		zap.Stringer(catalog.FieldFrom, t.From), zap.Stringer(catalog.FieldTo, t.Status),
		zap.Time(catalog.FieldSince, t.FromSince),
	}
	if t.Status == StatusPass {
		log.Info(catalog.CheckChanged, fields...)
		return
	}
	log.Warn(catalog.CheckChanged, append(fields, zap.String(catalog.FieldReason, t.Reason), zap.NamedError(catalog.FieldError, t.Err))...)
}
