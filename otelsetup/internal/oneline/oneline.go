// Package oneline makes the text of an error fit into one line of a log.
package oneline

import (
	"errors"
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// The errors of a scrape can be as many as its series, and a recovered panic
// brings its stack.
const (
	shown  = 3
	length = 300
)

// Error returns the beginning of an error's text.
func Error(err error) string { return Text(err.Error()) }

// Text returns the beginning of a text.
func Text(s string) string {
	text, _, cut := strings.Cut(s, "\n")
	if len(text) > length {
		text, cut = strings.ToValidUTF8(text[:length], ""), true
	}
	if cut {
		text += " …"
	}
	return text
}

// Errors returns the first errors that err consists of in one line, and how many
// there are.
func Errors(err error) (text string, n int) {
	all := parts(err)
	var b strings.Builder
	for i, err := range all {
		if i == shown {
			fmt.Fprintf(&b, "; and %d more", len(all)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(Error(err))
	}
	return b.String(), len(all)
}

func parts(err error) []error {
	if multi, ok := errors.AsType[prometheus.MultiError](err); ok {
		return multi
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) > 0 {
		return joined.Unwrap()
	}
	return []error{err}
}
