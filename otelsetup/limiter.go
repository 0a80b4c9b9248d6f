package otelsetup

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A limiter lets one line pass in each interval and counts the others. Its
// zero value with an interval is ready for use.
type limiter struct {
	interval time.Duration

	mu         sync.Mutex
	next       time.Time
	suppressed int
}

// allow reports whether a line may pass, and returns the field that says how many
// were held back since the last one that did.
func (l *limiter) allow() (suppressed zap.Field, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Before(l.next) {
		l.suppressed++
		return zap.Skip(), false
	}
	suppressed = zap.Skip()
	if l.suppressed > 0 {
		suppressed = zap.Int(catalog.FieldSuppressed, l.suppressed)
	}
	l.suppressed = 0
	l.next = now.Add(l.interval)
	return suppressed, true
}

// suppress counts a line that is held back for another reason.
func (l *limiter) suppress() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.suppressed++
}
