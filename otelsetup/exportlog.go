package otelsetup

import (
	"sync"
	"time"

	"go.uber.org/zap"
)

const exportErrorEvery = time.Minute

// An exportLog tells when the exports of an exporter begin to fail, from time to
// time that they still do, and when they succeed again.
type exportLog struct {
	logger *zap.Logger
	limit  limiter

	mu     sync.Mutex
	since  time.Time // of the first failure that was logged and is not over
	failed int       // exports since then
}

func newExportLog(logger *zap.Logger, s signal, exporter string) *exportLog {
	return &exportLog{
		logger: logger.With(zap.String("signal", s.name), zap.String("exporter", exporter)),
		limit:  limiter{interval: exportErrorEvery},
	}
}

// observe takes the end of an export.
func (l *exportLog) observe(records int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.recovered()
		return
	}
	l.failed++
	suppressed, ok := l.limit.allow()
	if !ok {
		return
	}
	if l.since.IsZero() {
		l.since, l.failed = time.Now(), 1
	}
	l.logger.Error("export failed", zap.String("error", firstLine(err)), zap.Int("records", records), suppressed)
}

// recovered ends a failure that was logged.
func (l *exportLog) recovered() {
	if l.since.IsZero() {
		return
	}
	l.logger.Info("export works again",
		zap.Int("failed_exports", l.failed), zap.Duration("failing_for", time.Since(l.since)))
	l.since = time.Time{}
}
