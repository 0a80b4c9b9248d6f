// Package sanitize repairs values that no receiver accepts, so that a bad one costs only
// itself and not the batch that it is in.
//
// OTLP's text is UTF-8, and the marshalling of a batch ends at the first string
// that is not. The bad bytes of such strings become U+FFFD. What cannot be repaired is left
// out. What is right is not copied.
package sanitize

import (
	"strings"
	"unicode/utf8"
)

const replacement = string(utf8.RuneError)

// Text returns s in UTF-8, and whether that is another string.
func Text(s string) (_ string, mended bool) {
	if utf8.ValidString(s) {
		return s, false
	}
	return strings.ToValidUTF8(s, replacement), true
}

// in mends strings in their places, and reports whether it had to.
func in(texts ...*string) (mended bool) {
	for _, s := range texts {
		if text, bad := Text(*s); bad {
			*s, mended = text, true
		}
	}
	return mended
}
