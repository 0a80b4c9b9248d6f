package webserver

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// toolkitLog is where the web server of exporter-toolkit reports. A web
// configuration file that has become unreadable is a line for each request, so
// strangers could fill the log: there is one line in ten seconds.
type toolkitLog struct {
	log  *outbox.Log
	now  func() time.Time
	last atomic.Int64 // in nanoseconds

	suppressed atomic.Int64
}

const toolkitInterval = 10 * time.Second

// Enabled implements [slog.Handler]. What the toolkit tells about its start is
// known.
func (*toolkitLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle implements [slog.Handler].
func (t *toolkitLog) Handle(_ context.Context, r slog.Record) error {
	now, last := t.now().UnixNano(), t.last.Load()
	if last != 0 && now-last < int64(toolkitInterval) || !t.last.CompareAndSwap(last, now) {
		t.suppressed.Add(1)
		return nil
	}
	var text string
	r.Attrs(func(a slog.Attr) bool {
		text = a.Value.String()
		return a.Key != "err"
	})
	fields := []zap.Field{zap.String(catalog.FieldDetail, r.Message), zap.String(catalog.FieldError, text)}
	if n := t.suppressed.Swap(0); n > 0 {
		fields = append(fields, zap.Int64(catalog.FieldSuppressed, n))
	}
	t.log.Error(catalog.WebConfigurationReported, fields...)
	return nil
}

// WithAttrs implements [slog.Handler]. The toolkit makes no use of it.
func (t *toolkitLog) WithAttrs([]slog.Attr) slog.Handler { return t }

// WithGroup implements [slog.Handler]. The toolkit makes no use of it.
func (t *toolkitLog) WithGroup(string) slog.Handler { return t }
