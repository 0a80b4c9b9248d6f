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

// A RefusedError is why a command was read and thrown away. Its text is for the
// client, too.
type RefusedError struct{ reason string }

// Error returns the reason, and what to do.
func (e *RefusedError) Error() string { return e.reason }

// ErrBudget is the [*RefusedError] of a command that needs more memory than is
// left for all clients together.
var ErrBudget error = &RefusedError{"not enough memory for the command: send less at once, try again later, " +
	"or give the server more with -memory"}

var (
	errArgs       = &ProtocolError{"invalid multibulk length"}
	errBulk       = &ProtocolError{"invalid bulk length"}
	errCommand    = &ProtocolError{"the command is too long"}
	errTerminator = &ProtocolError{"expected CRLF after the bulk"}
	errInline     = &ProtocolError{"too big inline request"}
	errQuotes     = &ProtocolError{"unbalanced quotes in request"}
)

// IsRefused reports whether a command was refused, and the client can go on.
func IsRefused(err error) bool {
	var refused *RefusedError
	return errors.As(err, &refused)
}

func errTooManyArgs(most int) error {
	return &RefusedError{fmt.Sprintf("the command has more than %d arguments: send several", most)}
}

func errLength(of string) error {
	return &ProtocolError{"invalid " + of + " length"}
}

func errExpectedBulk(got byte) error {
	return &ProtocolError{fmt.Sprintf("expected '$', got %q", rune(got))}
}
