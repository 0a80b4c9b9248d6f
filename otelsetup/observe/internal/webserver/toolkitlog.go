package webserver

import (
	"context"
	"log/slog"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// toolkitLog is where the web server of exporter-toolkit reports. A web
// configuration file that has become unreadable is a line for each request, so
// strangers could fill the log: there is one line in ten seconds.
type toolkitLog struct {
	log   *outbox.Log
	limit limiter.Limiter
}

const toolkitInterval = 10 * time.Second

func newToolkitLog(log *outbox.Log) *toolkitLog {
	return &toolkitLog{log: log, limit: limiter.Limiter{Interval: toolkitInterval}}
}

// Enabled implements [slog.Handler]. What the toolkit tells about its start is
// known.
func (*toolkitLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle implements [slog.Handler].
func (t *toolkitLog) Handle(_ context.Context, r slog.Record) error {
	suppressed, ok := t.limit.Allow()
	if !ok {
		return nil
	}
	var text string
	r.Attrs(func(a slog.Attr) bool {
		text = a.Value.String()
		return a.Key != "err"
	})
	t.log.Error(catalog.WebConfigurationReported,
		zap.String(catalog.FieldDetail, r.Message), zap.String(catalog.FieldError, text), limiter.Field(suppressed))
	return nil
}

// WithAttrs implements [slog.Handler]. The toolkit makes no use of it.
func (t *toolkitLog) WithAttrs([]slog.Attr) slog.Handler { return t }

// WithGroup implements [slog.Handler]. The toolkit makes no use of it.
func (t *toolkitLog) WithGroup(string) slog.Handler { return t }
