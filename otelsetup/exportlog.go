package otelsetup

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/foreign"
)

const exportErrorEvery = time.Minute

// An exportLog tells when the exports of an exporter begin to fail, from time to
// time that they still do, and when they succeed again. It never keeps an exporter
// from its work: who writes the lines may be the caller's, and may block.
type exportLog struct {
	logger *zap.Logger
	busy   atomic.Bool // a line is being written

	mu      sync.Mutex
	limit   limiter.Limiter
	mending limiter.Limiter
	since   time.Time // of the first failure that was logged and is not over
	failed  int       // exports since then
}

func newExportLog(logger *zap.Logger, s environment.Signal, exporter string) *exportLog {
	return &exportLog{
		logger:  logger.With(zap.String(catalog.FieldSignal, s.Name), zap.String(catalog.FieldExporter, exporter)),
		limit:   limiter.Limiter{Interval: exportErrorEvery},
		mending: limiter.Limiter{Interval: exportErrorEvery},
	}
}

// observe takes the end of an export.
func (l *exportLog) observe(records int, err error) {
	if line := l.ended(records, err); line != nil {
		l.say(line)
	}
}

// ended returns the line that the end of an export is worth, if any.
func (l *exportLog) ended(records int, err error) (line func()) {
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
		l.logger.Error(catalog.ExportFailed, zap.String(catalog.FieldError, firstLine(err)), zap.Int(catalog.FieldRecords, records), limiter.Field(suppressed))
	}
}

// recovered ends a failure that was logged.
func (l *exportLog) recovered() (line func()) {
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
func (l *exportLog) mended(records int) {
	l.mu.Lock()
	suppressed, ok := l.allow(&l.mending)
	l.mu.Unlock()
	if ok {
		l.say(func() {
			l.logger.Warn(catalog.RecordsMended, zap.String(catalog.FieldReason, "text that is not UTF-8"), zap.Int(catalog.FieldRecords, records), limiter.Field(suppressed))
		})
	}
}

func (l *exportLog) allow(limit *limiter.Limiter) (suppressed int, ok bool) {
	if l.busy.Load() {
		limit.Suppress()
		return 0, false
	}
	return limit.Allow()
}

// say writes a line, and waits a moment for it, so that it is there when the
// program ends. A line that comes while the last one is still being written is
// none.
func (l *exportLog) say(line func()) {
	if l.busy.CompareAndSwap(false, true) {
		foreign.Briefly(func() {
			defer l.busy.Store(false)
			line()
		})
	}
}
