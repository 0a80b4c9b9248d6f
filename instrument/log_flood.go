package instrument

import (
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/internal/limiter"
)

// A floodKey is what lines agree in that say the same.
type floodKey struct {
	message string
	op      record.Operation
	slot    record.Slot
	sampled bool
}

// admit reports whether a line may be written, and how many like it were not
// since the last one.
func (l *operationLog) admit(key floodKey) (pass bool, suppressed int) {
	l.mu.Lock()
	f := l.floods[key]
	if f == nil {
		f = &limiter.Limiter{Interval: time.Second, Burst: l.options.Burst}
		l.floods[key] = f
	}
	l.mu.Unlock()
	if suppressed, pass = f.Allow(); !pass {
		l.suppressed.Add(1)
	}
	return pass, suppressed
}
