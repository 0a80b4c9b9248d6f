package instrument

import (
	"time"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// A floodKey is what lines agree in that say the same.
type floodKey struct {
	message string
	op      record.Operation
	slot    record.Slot
	sampled bool
}

// A flood counts such lines within a second.
type flood struct {
	since      time.Time
	written    int
	suppressed int
}

// admit reports whether a line may be written, and how many like it were not
// since the last one.
func (l *operationLog) admit(key floodKey) (pass bool, suppressed int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.floods[key]
	if f == nil {
		f = new(flood)
		l.floods[key] = f
	}
	if now := time.Now(); now.Sub(f.since) >= time.Second {
		f.since, f.written = now, 0
	}
	if f.written >= l.options.Burst {
		f.suppressed++
		l.suppressed.Add(1)
		return false, 0
	}
	f.written++
	suppressed, f.suppressed = f.suppressed, 0
	return true, suppressed
}
