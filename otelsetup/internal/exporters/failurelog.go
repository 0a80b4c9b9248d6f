package exporters

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

const failureEvery = time.Minute

// A failureLog tells when the exports of an exporter begin to fail, from time to
// time that they still do, and when they succeed again. It never keeps an exporter
// from its work: who writes the lines may be the caller's, and may block.
type failureLog struct {
	logger *zap.Logger
	busy   atomic.Bool // a line is being written

	mu      sync.Mutex
	limit   limiter.Limiter
	mending limiter.Limiter
	since   time.Time // of the first failure that was logged and is not over
	failed  int       // exports since then
}

func newFailureLog(logger *zap.Logger, s environment.Signal, exporter string) *failureLog {
	return &failureLog{
		logger:  logger.With(zap.String(catalog.FieldSignal, s.Name), zap.String(catalog.FieldExporter, exporter)),
		limit:   limiter.Limiter{Interval: failureEvery},
		mending: limiter.Limiter{Interval: failureEvery},
	}
}

// observe takes the end of an export.
func (l *failureLog) observe(records int, err error) {
	if line := l.ended(records, err); line != nil {
		l.say(line)
	}
}

// ended returns the line that the end of an export is worth, if any.
func (l *failureLog) ended(records int, err error) (line func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		return l.recovered()
	}
	l.failed++
	suppressed, ok := l.allow(&l.limit)
	if !ok {
		return nil
	}
	if l.since.IsZero() {
		l.since, l.failed = time.Now(), 1
	}
	return func() {
		l.logger.Error(catalog.ExportFailed, zap.String(catalog.FieldError, oneline.Error(err)), zap.Int(catalog.FieldRecords, records), limiter.Field(suppressed))
	}
}

// recovered ends a failure that was logged.
func (l *failureLog) recovered() (line func()) {
	if l.since.IsZero() || l.busy.Load() {
		return nil
	}
	failed, since := l.failed, time.Since(l.since)
	l.since = time.Time{}
	return func() {
		l.logger.Info(catalog.ExportWorksAgain, zap.Int(catalog.FieldFailures, failed),
			zap.Float64(catalog.FieldDurationMS, float64(since)/float64(time.Millisecond)))
	}
}

// mended takes how many records had to be mended.
func (l *failureLog) mended(records int) {
	l.mu.Lock()
	suppressed, ok := l.allow(&l.mending)
	l.mu.Unlock()
	if ok {
		l.say(func() {
			l.logger.Warn(catalog.RecordsMended, zap.String(catalog.FieldReason, "text that is not UTF-8"), zap.Int(catalog.FieldRecords, records), limiter.Field(suppressed))
		})
	}
}

func (l *failureLog) allow(limit *limiter.Limiter) (suppressed int, ok bool) {
	if l.busy.Load() {
		limit.Suppress()
		return 0, false
	}
	return limit.Allow()
}

// say writes a line, and waits a moment for it, so that it is there when the
// program ends. A line that comes while the last one is still being written is
// none.
func (l *failureLog) say(line func()) {
	if l.busy.CompareAndSwap(false, true) {
		foreign.Briefly(func() {
			defer l.busy.Store(false)
			line()
		})
	}
}
