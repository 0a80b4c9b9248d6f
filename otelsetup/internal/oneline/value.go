package oneline

import (
	"fmt"
	"strings"
	"unicode"
)

const (
	longestValue = 40  // the longest name that a variable knows has 34 bytes
	longestPath  = 255 // a PEM file is longer
	beginning    = 20
)

// Value returns a value that was found to be wrong as an error may show it: quoted,
// of a long one the beginning, and not at all where it may hold a credential, as a
// URL or a header does that was meant for another variable.
func Value(s string) string {
	switch {
	case secretive(s, "@:=?&"):
		return notShown(s)
	case len(s) > longestValue:
		return fmt.Sprintf("%q… (%d bytes)", strings.ToValidUTF8(s[:beginning], ""), len(s))
	}
	return fmt.Sprintf("%q", s)
}

// Path is Value for the name of a file, which may be long, and in whose place some
// put what the file is to hold.
func Path(s string) string {
	path := s
	if strings.ContainsAny(s, `/\`) {
		path = strings.ReplaceAll(s, " ", "")
	}
	if len(s) > longestPath || strings.Contains(s, "://") || secretive(path, "@=?") {
		return notShown(s)
	}
	return s
}

// secretive reports whether there is a space in s, or one of the characters.
func secretive(s, chars string) bool {
	return strings.ContainsAny(s, chars) || strings.ContainsFunc(s, unicode.IsSpace)
}

func notShown(s string) string {
	return fmt.Sprintf("what is set (%d bytes, not shown since it may hold a credential)", len(s))
}
