package logcore

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/log"
	"go.uber.org/zap/zapcore"
)

// Particulars are what an entry of zap cannot hold of a record that was not made by zap.
type Particulars struct {
	Severity log.Severity // none of those that zap's levels are; zero leaves the level's own
	Text     string       // the name of Severity
	Timeless bool         // nobody knows when; the entry's time only serves the sampler
}

// Field returns what carries them to a core of this package, and is nothing to others.
func (p *Particulars) Field() zapcore.Field {
	return zapcore.Field{Type: zapcore.SkipType, Interface: p}
}

type particularsKey struct{}

// into returns a context that takes them through the bridge, whose record comes out in
// particularLogger.
func (p *Particulars) into(ctx context.Context) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	return context.WithValue(ctx, particularsKey{}, *p)
}

// A particularProvider makes loggers whose records have the particulars of their context.
type particularProvider struct{ log.LoggerProvider }

func (p particularProvider) Logger(name string, opts ...log.LoggerOption) log.Logger {
	return particularLogger{p.LoggerProvider.Logger(name, opts...)}
}

type particularLogger struct{ log.Logger }

func (l particularLogger) Emit(ctx context.Context, r log.Record) {
	if p, ok := ctx.Value(particularsKey{}).(Particulars); ok {
		if p.Severity != 0 {
			r.SetSeverity(p.Severity)
			r.SetSeverityText(p.Text)
		}
		if p.Timeless {
			r.SetTimestamp(time.Time{})
		}
	}
	l.Logger.Emit(ctx, r)
}
