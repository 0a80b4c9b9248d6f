package otelsetup

import (
	"time"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

// writeErrors are where zap says that a line could not be written, when standard
// output is gone as a rule. They pass on one line in a while: each line of the
// log would bring another.
type writeErrors struct {
	w     *linewriter.Writer
	limit limiter.Limiter
}

const writeErrorEvery = 10 * time.Second

func newWriteErrors(w *linewriter.Writer) *writeErrors {
	return &writeErrors{w: w, limit: limiter.Limiter{Interval: writeErrorEvery}}
}

// Write implements zapcore.WriteSyncer.
func (c *writeErrors) Write(line []byte) (int, error) {
	if _, ok := c.limit.Allow(); !ok {
		return len(line), nil
	}
	return len(line), c.w.WriteLine(nil, line)
}

// Sync implements zapcore.WriteSyncer.
func (*writeErrors) Sync() error { return nil }
