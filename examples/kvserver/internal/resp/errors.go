package resp

import (
	"errors"
	"fmt"
)

// A ProtocolError is why no more commands can be read from a client. Its text
// is for the client, too.
type ProtocolError struct{ reason string }

// Error returns the reason in the words that Redis has for it, as far as it has
// some.
func (e *ProtocolError) Error() string { return "Protocol error: " + e.reason }

// ErrBudget is what [Reader.Fill] returns when a command needs more memory than
// is left for all clients together.
var ErrBudget = errors.New("too many large requests at once, try again later")

var (
	errArgs       = &ProtocolError{"invalid multibulk length"}
	errBulk       = &ProtocolError{"invalid bulk length"}
	errCommand    = &ProtocolError{"the command is too long"}
	errTerminator = &ProtocolError{"expected CRLF after the bulk"}
	errInline     = &ProtocolError{"too big inline request"}
	errQuotes     = &ProtocolError{"no quotes in inline requests, use a Redis client"}
)

func errLength(of string) error {
	return &ProtocolError{"invalid " + of + " length"}
}

func errExpectedBulk(got byte) error {
	return &ProtocolError{fmt.Sprintf("expected '$', got %q", rune(got))}
}
