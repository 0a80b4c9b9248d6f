// Package limiter keeps floods of similar lines from filling a log: some pass, and the
// next one after that says how many did not.
package limiter

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Limiter lets so many lines pass in each interval and counts the others. It is
// ready for use with an interval, and safe for concurrent use.
type Limiter struct {
	Interval time.Duration
	Burst    int // by default, 1

	mu         sync.Mutex
	since      time.Time
	passed     int
	suppressed int
}

// Allow reports whether a line may pass, and how many were held back since the
// last one that did.
func (l *Limiter) Allow() (suppressed int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.since.IsZero() || now.Sub(l.since) >= l.Interval {
		l.since, l.passed = now, 0
	}
	if l.passed >= max(1, l.Burst) {
		l.suppressed++
		return 0, false
	}
	l.passed++
	suppressed, l.suppressed = l.suppressed, 0
	return suppressed, true
}

// Suppress counts a line that is held back for another reason.
func (l *Limiter) Suppress() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.suppressed++
}

// Field returns the field that says how many lines were held back, none for none.
func Field(suppressed int) zap.Field {
	if suppressed == 0 {
		return zap.Skip()
	}
	return zap.Int(catalog.FieldSuppressed, suppressed)
}
