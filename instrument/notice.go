package instrument

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

const (
	// noticesTimeout is how long Close waits for the last lines.
	noticesTimeout = time.Second

	// What a line shows of a notice, whatever the store says.
	noticeTextLimit  = 1000
	noticeMaxNumbers = 8
)

// A noticeReader writes a line for each notice of a store, from a goroutine of
// its own: an engine or a logger that hangs holds up nothing else. The zero
// value reads nothing.
type noticeReader struct {
	cancel context.CancelFunc // nil when nothing is read
	done   chan struct{}
}

// start begins to read, unless there is nothing to read or nowhere to write.
func (r *noticeReader) start(from kvdb.Notifier, l *operationLog) {
	if from == nil || l == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel, r.done = cancel, make(chan struct{})
	go func() {
		defer close(r.done)
		defer func() { _ = recover() }() // of the store
		for n := range from.Notices(ctx) {
			l.notice(n)
		}
	}()
}

// stop writes what there is and ends.
func (r *noticeReader) stop() {
	if r.cancel == nil {
		return
	}
	r.cancel()
	timeout := time.NewTimer(noticesTimeout)
	defer timeout.Stop()
	select {
	case <-r.done:
	case <-timeout.C:
	}
}

// notice writes the line of a notice.
func (l *operationLog) notice(n kvdb.Notice) {
	level := noticeLevel(n.Level)
	if !l.enabled(level) {
		return
	}
	message := catalog.StoreNotice
	pass, suppressed := l.admit(floodKey{message: message})
	if !pass {
		return
	}
	fields := append(make([]zap.Field, 0, 4),
		zap.String(catalog.FieldNotice, printable(n.Name)),
		zap.String(catalog.FieldDetail, printable(n.Text)))
	if numbers := noticeNumbers(n.Numbers); len(numbers) > 0 {
		fields = append(fields, zap.Dict(catalog.FieldNumbers, numbers...))
	}
	if suppressed > 0 {
		fields = append(fields, zap.Int(catalog.FieldSuppressed, suppressed))
	}
	l.guarded(func() {
		if line := l.logger.Check(level, message); line != nil {
			line.Write(fields...)
		}
	})
}

func noticeLevel(l kvdb.NoticeLevel) zapcore.Level {
	switch {
	case l <= kvdb.NoticeInfo:
		return zapcore.InfoLevel
	case l == kvdb.NoticeWarn:
		return zapcore.WarnLevel
	}
	return zapcore.ErrorLevel
}

// noticeNumbers returns the numbers of a notice that a line can hold, by name.
func noticeNumbers(numbers map[string]float64) (fields []zap.Field) {
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		if v := numbers[name]; !math.IsNaN(v) && !math.IsInf(v, 0) && len(fields) < noticeMaxNumbers {
			fields = append(fields, zap.Float64(printable(name), v))
		}
	}
	return fields
}

// printable makes one line of bounded length of what a store says.
func printable(text string) string {
	if len(text) > noticeTextLimit {
		text = text[:noticeTextLimit]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
