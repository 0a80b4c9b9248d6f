package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A step is one part of the Telemetry: what flushes it, and what ends it.
type step struct {
	name  string
	run   func(context.Context) error
	flush func(context.Context) error // nil: does not wait for a receiver

	accounts *accounts // of a signal, with the name of its items
	items    string
	repeats  bool // the last export has what those before it lost
	log      bool // no line can tell of it
}

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
			mute = mute || within(ctx, budget, func(context.Context) error {
				t.diagnostics.Error(catalog.TelemetryNotShutDown, zap.String(catalog.FieldPart, s.name), zap.String(catalog.FieldError, firstLine(err)))
				return nil
			}) != nil
		}
		t.shutdownErr = errors.Join(errs...)
	})
	return t.shutdownErr
}

// graceTime is what a step has that does not wait for a receiver, even when
// those that do have used up the caller's time.
const graceTime = 100 * time.Millisecond

// share returns how much of the time that is left the last of the steps may
// take.
func share(left time.Duration, steps []step) time.Duration {
	if steps[len(steps)-1].flush == nil {
		return max(left, graceTime)
	}
	var flushing time.Duration
	for _, s := range steps {
		if s.flush != nil {
			flushing++
		}
	}
	return left / flushing
}

// end runs the step and says what it lost.
func (s step) end(ctx context.Context, budget time.Duration) error {
	if s.accounts == nil {
		return within(ctx, budget, s.run)
	}
	before := s.accounts.lost(false)
	err := within(ctx, budget, s.run)
	lost := s.accounts.lost(true) - before
	switch {
	case lost == 0, err == nil && s.repeats:
		return err
	case err == nil:
		return fmt.Errorf("%d %s were not delivered", lost, s.items)
	}
	return fmt.Errorf("%d %s were not delivered: %w", lost, s.items, err)
}

// within runs f and returns when the budget is used up, even if f does not heed
// its context.
func within(ctx context.Context, budget time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	result := make(chan error, 1)
	go deliver(ctx, result, f)
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deliver runs f and sends its error, whatever f does: on a goroutine of ours a
// panic would end the program, and readers, loggers and the text of errors are
// anybody's.
func deliver(ctx context.Context, result chan<- error, f func(context.Context) error) {
	err := errExited
	defer func() { result <- err }()
	defer panicked(&err)
	err = f(ctx)
}

var errExited = errors.New("ended its goroutine")

// briefly runs f, and goes on without it when it takes longer than a moment.
func briefly(f func()) {
	_ = within(context.Background(), graceTime, func(context.Context) error {
		f()
		return nil
	})
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

func (s step) flushWithin(ctx context.Context, budget time.Duration) error {
	if s.flush == nil {
		return nil
	}
	if err := within(ctx, budget, s.flush); err != nil {
		return fmt.Errorf("otelsetup: flush %s: %w", s.name, err)
	}
	return nil
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
