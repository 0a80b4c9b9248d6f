package page

import (
	"context"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// A line is something to be said: metrics that are left out, a gatherer that
// fails, or one that answers again.
type line struct {
	loss
	leftOut  []leftOut
	err      error
	failures int
}

// Say says what has come up, without waiting for the logger.
func (l *Losses) Say() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 || l.writing != nil {
		return
	}
	l.writing = make(chan struct{})
	go l.write(l.writing)
}

// write writes lines until there are none. No lock is held meanwhile: a logger may
// take its time.
func (l *Losses) write(done chan<- struct{}) {
	defer close(done)
	for {
		l.mu.Lock()
		lines := l.lines
		l.lines = nil
		if len(lines) == 0 {
			l.writing = nil
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		for _, line := range lines {
			line.write(l.logger)
		}
	}
}

// Wait waits until all is said.
func (l *Losses) Wait(ctx context.Context) error {
	l.Say()
	l.mu.Lock()
	writing := l.writing
	l.mu.Unlock()
	if writing == nil {
		return nil
	}
	select {
	case <-writing:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l line) write(logger *zap.Logger) {
	defer func() { _ = recover() }() // of a logger that is the program's
	gatherer := zap.String(catalog.FieldGatherer, l.gatherer)
	switch {
	case l.leftOut != nil:
		metrics, detail := tell(l.leftOut)
		logger.Warn(catalog.MetricsLeftOut, gatherer, zap.String(catalog.FieldErrorType, l.reason),
			zap.String(catalog.FieldMetrics, metrics), zap.String(catalog.FieldDetail, detail))
	case l.err != nil:
		text, n := oneline.Errors(l.err)
		logger.Warn(catalog.GathererFailed, gatherer, zap.String(catalog.FieldErrorType, l.reason),
			zap.String(catalog.FieldError, text), zap.Int(catalog.FieldErrors, n), zap.Int(catalog.FieldFailures, l.failures))
	default:
		logger.Info(catalog.GathererWorksAgain, gatherer, zap.Int(catalog.FieldFailures, l.failures))
	}
}
