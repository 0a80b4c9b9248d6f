package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// Shutdown flushes the spans, then the metrics of readers, then the log records,
// and ends everything that Start started. What the caller passed in as a
// provider, a logger or a registry stays as it is.
//
// It works with a context that is already cancelled, as after a signal:
// cancellation is ignored, and each signal has a time of its own (see
// [WithShutdownTimeout]), so that a receiver that hangs costs its own signal
// only. A deadline that is still ahead is kept and shared among the signals. The
// log comes last, and is given up when its output takes nothing for half a
// second.
//
// Its error says what went wrong, how much of each signal it could not deliver,
// which is in the log as well, and how many lines of the log. What is sent to an
// exporter during or after it is lost, and counted by [Telemetry.Losses]; lines
// are still written.
//
// It can be called any number of times and concurrently; every call waits for
// the first one and returns its error. The handlers of
// [Telemetry.MetricsHandler] then serve what is not the Telemetry's, or answer
// 503.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	if t == nil || t.closed == nil { // nothing was started
		return nil
	}
	t.shutdownOnce.Do(func() {
		close(t.closed)
		defer t.ended.Store(true)
		deadline, limited := ctx.Deadline()
		limited = limited && time.Until(deadline) > 0
		ctx := context.WithoutCancel(ctx)
		var errs []error
		var mute bool                            // nothing takes a line
		for i := len(t.steps) - 1; i >= 0; i-- { // what was started first is stood upon
			s := t.steps[i]
			budget := t.budget
			if limited {
				budget = min(budget, share(time.Until(deadline), t.steps[:i+1]))
			}
			err := s.end(ctx, budget)
			if err == nil {
				continue
			}
			errs = append(errs, fmt.Errorf("otelsetup: shut down %s: %w", s.name, err))
			if s.log {
				continue
			}
			mute = mute || foreign.Within(ctx, budget, func(context.Context) error {
				t.diagnostics.Error(catalog.TelemetryNotShutDown, zap.String(catalog.FieldPart, s.name), zap.String(catalog.FieldError, oneline.Error(err)))
				return nil
			}) != nil
		}
		t.shutdownErr = errors.Join(errs...)
	})
	return t.shutdownErr
}

// ForceFlush sends what is waiting: the spans, then the metrics, then the log
// records, each within the time of [WithShutdownTimeout] or what ctx leaves of
// it. It is meant for the way out of a program that does not reach Shutdown, such
// as a recovered panic. A logger's Fatal calls it by itself, and lines of the
// levels dpanic and panic flush the log records.
func (t *Telemetry) ForceFlush(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var errs []error
	for i := len(t.steps) - 1; i >= 0; i-- {
		errs = append(errs, t.steps[i].flushWithin(ctx, t.budget))
	}
	return errors.Join(errs...)
}

// flushLogs sends the log records that are waiting.
func (t *Telemetry) flushLogs() error {
	for _, s := range t.steps {
		if s.accounts == &t.logAccounts {
			return s.flushWithin(context.Background(), t.budget)
		}
	}
	return nil
}

// lastFlush ends the program as a line of the level fatal does, but not before
// the other signals are flushed too: the core has flushed the log records.
type lastFlush struct{ *Telemetry }

// OnWrite implements zapcore.CheckWriteHook.
func (f lastFlush) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	_ = f.ForceFlush(context.Background()) // there is nobody left to tell
	zapcore.WriteThenFatal.OnWrite(entry, fields)
}
