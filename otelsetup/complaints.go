package otelsetup

import (
	"io"
	"time"
)

// complaints is where zap says that a line could not be written, when standard
// output is gone as a rule. It passes on one line in a while: each line of the
// log would bring another.
type complaints struct {
	w     io.Writer
	limit limiter
}

const complaintEvery = 10 * time.Second

func newComplaints(w io.Writer) *complaints {
	return &complaints{w: w, limit: limiter{interval: complaintEvery}}
}

// Write implements zapcore.WriteSyncer.
func (c *complaints) Write(line []byte) (int, error) {
	if _, ok := c.limit.allow(); !ok {
		return len(line), nil
	}
	return c.w.Write(line)
}

// Sync implements zapcore.WriteSyncer.
func (*complaints) Sync() error { return nil }
