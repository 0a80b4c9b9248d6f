package otelsetup

import (
	"errors"
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// scrapeLog is promhttp's error log on a zap logger: one line for all errors of
// a scrape, and few lines, since a series that is broken is so at every scrape.
type scrapeLog struct {
	logger *zap.Logger
	limit  limiter
}

func (l *scrapeLog) Println(v ...any) {
	suppressed, ok := l.limit.allow()
	if !ok {
		return
	}
	fields := make([]zap.Field, 0, 3)
	for _, arg := range v {
		if err, ok := arg.(error); ok {
			text, n := errorText(err)
			fields = append(fields, zap.String("error", text), zap.Int("errors", n))
		}
	}
	l.logger.Warn("scrape incomplete", append(fields, suppressed)...)
}

// The errors of a scrape can be as many as its series, and a recovered panic
// brings its stack.
const (
	errorsShown = 3
	errorLength = 300
)

// errorText returns the first errors of err in one line, and how many it has.
func errorText(err error) (string, int) {
	all := []error{err}
	if multi, ok := errors.AsType[prometheus.MultiError](err); ok {
		all = multi
	}
	var b strings.Builder
	for i, err := range all {
		if i == errorsShown {
			fmt.Fprintf(&b, "; and %d more", len(all)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(firstLine(err))
	}
	return b.String(), len(all)
}

// firstLine returns the beginning of an error's text.
func firstLine(err error) string {
	text, _, cut := strings.Cut(err.Error(), "\n")
	if len(text) > errorLength {
		text, cut = strings.ToValidUTF8(text[:errorLength], ""), true
	}
	if cut {
		text += " …"
	}
	return text
}
