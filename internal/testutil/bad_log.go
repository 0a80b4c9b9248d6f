package testutil

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// LogFaults are what can be wrong with the output of a logger.
var LogFaults = []string{"blocks", "is slow", "fails", "panics", "exits"}

// NewBadLogger returns a logger of all levels with one of LogFaults. One that
// blocks does so until the test ends; a line of one that is slow takes a second.
func NewBadLogger(t testing.TB, fault string) *zap.Logger {
	t.Helper()
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	write, ok := map[string]func() error{
		"blocks": func() error { <-end; return nil },
		"is slow": func() error {
			select {
			case <-end:
			case <-time.After(time.Second):
			}
			return nil
		},
		"fails":  func() error { return errors.New("no space left on device") },
		"panics": func() error { panic("a bad core") },
		"exits":  func() error { runtime.Goexit(); return nil },
	}[fault]
	if !ok {
		t.Fatalf("no fault %q", fault)
	}
	return zap.New(&badCore{write}, zap.ErrorOutput(zapcore.AddSync(nowhere{})))
}

type badCore struct{ write func() error }

func (c *badCore) Enabled(zapcore.Level) bool        { return true }
func (c *badCore) With([]zapcore.Field) zapcore.Core { return c }
func (c *badCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, c)
}
func (c *badCore) Write(zapcore.Entry, []zapcore.Field) error { return c.write() }
func (c *badCore) Sync() error                                { return c.write() }

// nowhere is where zap says that a core failed.
type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
