package reference

import (
	"fmt"
	"strings"
)

// conns is how many connections send commands, one after another.
const conns = 3

// A step is a command on one of the connections.
type step struct {
	conn   int
	args   []string
	inline string // in place of them, a line as people type it
	walk   bool   // SCAN from 0 to the end; the arguments are its options
	keys   bool   // a walk is by KEYS, with a pattern
	last   bool   // the server ends the connection, and the next step has another one
}

func (s step) String() string {
	switch {
	case s.walk:
		return fmt.Sprintf("%d: scans %.200q", s.conn, s.args)
	case s.inline != "":
		return fmt.Sprintf("%d: types %.200q", s.conn, s.inline)
	}
	return fmt.Sprintf("%d: %.200q", s.conn, s.args)
}

func (s step) bytes() []byte {
	if s.inline != "" {
		return []byte(s.inline)
	}
	return command(s.args...)
}

// name is the command's name in upper case, empty for a line.
func (s step) name() string {
	if len(s.args) == 0 || s.walk {
		return ""
	}
	return strings.ToUpper(s.args[0])
}
