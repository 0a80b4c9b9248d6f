package testutil

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A Log keeps the lines of a logger in memory. It is safe for concurrent use.
type Log struct {
	Level zap.AtomicLevel

	t   testing.TB
	mu  sync.Mutex
	buf strings.Builder
}

// NewLog returns a logger that writes JSON lines, with the time in UTC, and
// where they go. At the end the test fails if one of the project's own lines is
// not as the catalogue says.
func NewLog(t testing.TB, level zapcore.Level) (*zap.Logger, *Log) {
	l := &Log{Level: zap.NewAtomicLevelAt(level), t: t}
	t.Cleanup(l.check)
	return zap.New(zapcore.NewCore(newEncoder(), l, l.Level)), l
}

func newEncoder() zapcore.Encoder {
	return zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		TimeKey: "timestamp", LevelKey: "level", MessageKey: "message",
		EncodeLevel: zapcore.LowercaseLevelEncoder,
		EncodeTime: func(t time.Time, e zapcore.PrimitiveArrayEncoder) {
			e.AppendString(t.UTC().Format(time.RFC3339Nano))
		},
	})
}

// Write implements zapcore.WriteSyncer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// Sync implements zapcore.WriteSyncer.
func (l *Log) Sync() error { return nil }

// String returns all that was written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Lines returns the fields of each line.
func (l *Log) Lines(t testing.TB) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for text := range strings.Lines(l.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(text), &fields); err != nil {
			t.Fatalf("the line %q: %v", text, err)
		}
		lines = append(lines, fields)
	}
	return lines
}

func (l *Log) check() {
	for _, line := range l.Lines(l.t) {
		CheckLine(l.t, line)
	}
}

// Reset forgets what was written.
func (l *Log) Reset() {
	l.check()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Reset()
}
