package otelsetup

import (
	"time"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

// complaints is where zap says that a line could not be written, when standard
// output is gone as a rule. It passes on one line in a while: each line of the
// log would bring another.
type complaints struct {
	w     *linewriter.Writer
	limit limiter.Limiter
}

const complaintEvery = 10 * time.Second

func newComplaints(w *linewriter.Writer) *complaints {
	return &complaints{w: w, limit: limiter.Limiter{Interval: complaintEvery}}
}

// Write implements zapcore.WriteSyncer.
func (c *complaints) Write(line []byte) (int, error) {
	if _, ok := c.limit.Allow(); !ok {
		return len(line), nil
	}
	return len(line), c.w.WriteLine(nil, line)
}

// Sync implements zapcore.WriteSyncer.
func (*complaints) Sync() error { return nil }
