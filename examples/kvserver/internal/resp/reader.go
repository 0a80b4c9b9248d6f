// Package resp reads commands of the Redis protocol from clients that may be
// slow, broken or hostile, and writes replies in its versions 2 and 3.
//
// What a client says about the bytes to come is checked before memory is spent
// on it, memory grows only with bytes that have come, and each byte is looked
// at once however small the pieces are in which it comes.
package resp

import (
	"bytes"
	"io"
)

// Limits bound what a client may send.
type Limits struct {
	Args    int // the most arguments of a command, its name among them
	Bulk    int // the longest argument in bytes
	Command int // the longest command in bytes, with all that the protocol adds
}

// BufferSize is the memory that a Reader has without asking the budget.
const BufferSize = 16 << 10

// A Reader reads the commands of one client. It is not safe for concurrent
// use.
type Reader struct {
	src    io.Reader
	limits Limits
	budget *Budget

	buf   []byte
	start int // of the command that is being read
	pos   int // how far it has been read
	end   int // of the bytes that have come

	pending int    // arguments that are still to come; 0 between commands
	bulk    int    // length of the next one; -1 before its length
	spans   []span // of the arguments so far
	args    [][]byte
}

// A span is where an argument lies, counted from the start of its command: the
// buffer moves.
type span struct{ from, to int }

// NewReader returns a Reader of what src delivers. Buffers above BufferSize
// are charged to the budget until [Reader.Release].
func NewReader(src io.Reader, limits Limits, budget *Budget) *Reader {
	return &Reader{src: src, limits: limits, budget: budget, buf: make([]byte, BufferSize), bulk: noBulk}
}

const noBulk = -1

// Next returns the next command of those that have come, its name first. It
// does not block: ok is false when there is no whole command yet; call Fill
// then. The arguments are valid until the next call of a method. An error is a
// [*ProtocolError], after which nothing more can be read.
func (r *Reader) Next() (args [][]byte, ok bool, err error) {
	for r.pending == 0 {
		r.begin()
		if r.pos == r.end {
			return nil, false, nil
		}
		if r.buf[r.pos] != '*' {
			words, ok, err := r.inline()
			if ok && len(words) == 0 { // an empty line is no command
				continue
			}
			return words, ok, err
		}
		n, ok, err := r.length("multibulk")
		if !ok {
			return nil, false, err
		}
		if n > r.limits.Args {
			return nil, false, errArgs
		}
		r.pending = max(n, 0) // no arguments are no command
	}
	for r.pending > 0 {
		if ok, err := r.argument(); !ok {
			return nil, false, err
		}
	}
	return r.arguments(), true, nil
}

// begin forgets the last command.
func (r *Reader) begin() {
	r.start = r.pos
	if cap(r.spans) > keptArgs {
		r.spans, r.args = nil, nil
	}
	r.spans = r.spans[:0]
}

// keptArgs is for how many arguments there is memory between commands.
const keptArgs = 256

// argument reads one argument.
func (r *Reader) argument() (ok bool, err error) {
	if r.bulk == noBulk {
		if r.pos == r.end {
			return false, nil
		}
		if c := r.buf[r.pos]; c != '$' {
			return false, errExpectedBulk(c)
		}
		n, ok, err := r.length("bulk")
		switch {
		case !ok:
			return false, err
		case n < 0 || n > r.limits.Bulk:
			return false, errBulk
		case r.pos-r.start+n+len(crlf) > r.limits.Command:
			return false, errCommand
		}
		r.bulk = n
	}
	if r.end-r.pos < r.bulk+len(crlf) {
		return false, nil
	}
	to := r.pos + r.bulk
	if r.buf[to] != '\r' || r.buf[to+1] != '\n' {
		return false, errTerminator
	}
	r.spans = append(r.spans, span{r.pos - r.start, to - r.start})
	r.pos, r.bulk = to+len(crlf), noBulk
	r.pending--
	return true, nil
}

const crlf = "\r\n"

// arguments returns those of the command that was read.
func (r *Reader) arguments() [][]byte {
	r.args = r.args[:0]
	for _, s := range r.spans {
		from, to := r.start+s.from, r.start+s.to
		r.args = append(r.args, r.buf[from:to:to])
	}
	return r.args
}

// maxDigits is more than any length that a limit allows.
const maxDigits = 20

// length reads a line that is one character and a number.
func (r *Reader) length(of string) (n int, ok bool, err error) {
	line := r.buf[r.pos:min(r.end, r.pos+1+maxDigits+len(crlf))]
	i := bytes.IndexByte(line, '\n')
	if i < 0 {
		if len(line) == 1+maxDigits+len(crlf) {
			return 0, false, errLength(of)
		}
		return 0, false, nil
	}
	if line[i-1] != '\r' { // line[0] is * or $
		return 0, false, errLength(of)
	}
	if n, ok = parseLength(line[1 : i-1]); !ok {
		return 0, false, errLength(of)
	}
	r.pos += i + 1
	return n, true, nil
}

// parseLength returns -1 for any negative number.
func parseLength(digits []byte) (n int, ok bool) {
	const beyond = 1 << 30 // above every limit, and far from an overflow
	negative := len(digits) > 1 && digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	if len(digits) == 0 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(n*10+int(c-'0'), beyond)
	}
	if negative {
		return -1, true
	}
	return n, true
}

// Partial reports whether a command has begun to come.
func (r *Reader) Partial() bool { return r.end > r.start }

// Fill reads from the client once. It blocks until there are bytes, and returns
// an error only when there are none.
func (r *Reader) Fill() error {
	if err := r.room(); err != nil {
		return err
	}
	n, err := r.src.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// room makes some behind the bytes that have come.
func (r *Reader) room() error {
	unread := r.buf[r.start:r.end]
	switch {
	case len(unread) == 0 && len(r.buf) > BufferSize:
		r.replace(make([]byte, BufferSize))
	case len(unread) == len(r.buf):
		size := 2 * len(r.buf)
		if whole := r.pos - r.start + r.bulk + len(crlf); whole > len(r.buf) {
			size = min(size, whole)
		}
		if !r.budget.Take(size - len(r.buf)) {
			return ErrBudget
		}
		// Taken for the new one; replace returns the difference.
		grown := make([]byte, size)
		copy(grown, unread)
		r.buf = grown
	case r.start > 0:
		copy(r.buf, unread)
	}
	r.pos -= r.start
	r.start, r.end = 0, len(unread)
	return nil
}

// replace changes a large buffer for a small one.
func (r *Reader) replace(buf []byte) {
	r.budget.Give(len(r.buf) - len(buf))
	r.buf = buf
}

// Release gives back what the Reader took from its budget. The Reader is not
// usable afterwards.
func (r *Reader) Release() {
	r.budget.Give(len(r.buf) - BufferSize)
	r.buf, r.start, r.pos, r.end = nil, 0, 0, 0
}
