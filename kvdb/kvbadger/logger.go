package kvbadger

import (
	"fmt"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// A Logger takes the lines of the engine, as *zap.SugaredLogger does. They hold no keys and
// no values. Badger calls it with locks held, so it must not block or use the store.
type Logger interface {
	Debugf(format string, args ...any)
	Infof(format string, args ...any)
	Warnf(format string, args ...any)
	Errorf(format string, args ...any)
}

// named is a Logger with the names that Badger has for the methods.
type named struct{ Logger }

func (n named) Warningf(format string, args ...any) { n.Warnf(format, args...) }

// logger hears the lines and passes them on without keys.
type logger struct {
	events *Events
	next   badger.Logger // nil is nobody
}

func (l *logger) Errorf(format string, args ...any) {
	l.events.hear(format, args)
	if l.next != nil {
		format, args = clean(format, args)
		l.next.Errorf(format, args...)
	}
}

func (l *logger) Warningf(format string, args ...any) {
	l.events.hear(format, args)
	if l.next != nil {
		format, args = clean(format, args)
		l.next.Warningf(format, args...)
	}
}

func (l *logger) Infof(format string, args ...any) {
	l.events.hear(format, args)
	if l.next != nil {
		format, args = clean(format, args)
		l.next.Infof(format, args...)
	}
}

func (l *logger) Debugf(format string, args ...any) {
	l.events.hear(format, args)
	if l.next != nil {
		format, args = clean(format, args)
		l.next.Debugf(format, args...)
	}
}

// clean hides what may be a key or a value among the arguments of a line: all but numbers,
// durations and truths. Some lines are an error's text.
func clean(format string, args []any) (string, []any) {
	format = strings.TrimRight(format, "\n")
	if len(args) == 0 {
		if strings.HasPrefix(format, "CHECKSUM_MISMATCH") {
			format = safeText(format)
		}
		return strings.ReplaceAll(format, "%", "%%"), nil
	}
	cleaned := make([]any, len(args))
	for i, arg := range args {
		switch a := arg.(type) {
		case bool, time.Duration, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
			cleaned[i] = arg
		case error:
			cleaned[i] = text(safeText(a.Error()))
		default:
			cleaned[i] = hidden
		}
	}
	return format, cleaned
}

// hidden is what stands for something that may be a key or a value.
const hidden text = "×"

// text is itself by any verb.
type text string

func (t text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t)) }
