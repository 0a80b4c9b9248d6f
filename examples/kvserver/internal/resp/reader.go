// Package resp reads commands of the Redis protocol from clients that may be
// slow, broken or hostile, and writes replies in its versions 2 and 3.
//
// What a client says about the bytes to come is checked before memory is spent
// on it, memory grows only with bytes that have come and is taken from a budget
// before that, and each byte is looked at once however small the pieces are in
// which it comes. A command that does not fit the budget is read to its end and
// thrown away, so that the commands behind it are answered.
package resp

import (
	"io"
	"math"
)

// Limits bound what a client may send. What is beyond Args is refused, and the
// client goes on; what is beyond the others breaks the protocol.
type Limits struct {
	Args    int // the most arguments of a command, its name among them
	Bulk    int // the longest argument in bytes
	Command int // the longest command in bytes, with all that the protocol adds
	Inline  int // the longest command that is a line, in bytes
}

const (
	// SmallBuffer is the memory for commands that a Reader always has. It is not
	// taken from the budget.
	SmallBuffer = 1 << 10

	// BufferSize is the memory, from the budget, of a client that sends more at
	// a time: a pipeline takes no more.
	BufferSize = 16 << 10

	// inPlaceArgs is how many arguments a command has at most that is left in
	// the buffer. What describes them takes 40 bytes each, which are not from the
	// budget.
	inPlaceArgs = 32
)

// A Reader reads the commands of one client. It is not safe for concurrent
// use.
type Reader struct {
	src    io.Reader
	limits Limits
	budget *Budget

	small []byte
	buf   []byte // the small one, or one from the budget
	start int    // of the command that is being read, or of what is left of it to keep
	pos   int    // how far it has been read
	end   int    // of the bytes that have come
	got   int    // bytes of the command that have come
	full  bool   // the last bytes that came filled the buffer

	pending int    // arguments that are still to come; 0 between commands
	bulk    int    // length of the next one; -1 before its length
	spans   []span // of the arguments so far
	args    [][]byte
	words   int // memory for args that is from the budget

	large   *large // has the arguments of a command that does not stay in the buffer
	refused error  // why the rest of the command is thrown away
	line    bool   // it is a line
}

// A span is where an argument lies, counted from the start of its command: the
// buffer moves.
type span struct{ from, to int }

// NewReader returns a Reader of what src delivers. Memory above SmallBuffer is
// taken from the budget until [Reader.Release].
func NewReader(src io.Reader, limits Limits, budget *Budget) *Reader {
	small := make([]byte, SmallBuffer)
	return &Reader{src: src, limits: limits, budget: budget, small: small, buf: small, bulk: noBulk}
}

const noBulk = -1

// Next returns the next command of those that have come, its name first. It
// does not block: ok is false when there is no whole command yet; call Fill
// then. The arguments are valid until the next call of a method.
//
// With ok, an error is a [*RefusedError]: a command was read and thrown away, and
// the next one can be read. Without, it is a [*ProtocolError], after which nothing
// more can be read.
func (r *Reader) Next() (args [][]byte, ok bool, err error) {
	for r.pending == 0 {
		if !r.line {
			r.begin()
			if r.pos == r.end {
				return nil, false, nil
			}
		}
		if r.line || r.buf[r.pos] != '*' {
			words, ok, err := r.inline()
			if ok && err == nil && len(words) == 0 { // an empty line is no command
				continue
			}
			return words, ok, err
		}
		n, ok, err := r.length("multibulk")
		switch {
		case !ok:
			return nil, false, err
		case n > math.MaxInt32:
			return nil, false, errArgs
		}
		r.pending = int(max(n, 0)) // no arguments are no command
		if r.pending > r.limits.Args {
			r.refuse(errTooManyArgs(r.limits.Args))
		} else if r.pending > inPlaceArgs {
			r.spill()
		}
	}
	for r.pending > 0 {
		if ok, err := r.argument(); !ok {
			return nil, false, err
		}
	}
	if r.refused != nil {
		return nil, true, r.refused
	}
	return r.arguments(), true, nil
}

// begin forgets the last command.
func (r *Reader) begin() {
	r.start, r.refused = r.pos, nil
	r.got = r.end - r.pos
	r.spans = r.spans[:0]
	r.drop()
}

// Forget gives back the memory of a large command before the next call of Next: its
// arguments are not valid any more.
func (r *Reader) Forget() { r.drop() }

// drop gives back the memory of a command's arguments.
func (r *Reader) drop() {
	if r.large != nil {
		r.large.release()
		r.large = nil
	}
	if r.words > 0 {
		r.budget.Give(r.words)
		r.words, r.args = 0, nil
	}
}

// refuse lets the rest of the command be thrown away.
func (r *Reader) refuse(err error) {
	if r.large != nil && r.bulk != noBulk {
		r.bulk -= len(r.large.value) // of which so much has come
	}
	r.drop()
	r.refused = err
}

// argument reads one argument.
func (r *Reader) argument() (ok bool, err error) {
	if r.bulk == noBulk {
		if ok, err := r.announcement(); !ok {
			return false, err
		}
	}
	if r.large != nil {
		if ok, err := r.gather(); ok || err != nil || r.refused == nil {
			return ok, err
		}
	}
	if r.refused != nil {
		return r.skip()
	}
	if r.end-r.pos < r.bulk+len(crlf) {
		return false, nil
	}
	from := r.pos
	if err := r.terminator(from + r.bulk); err != nil {
		return false, err
	}
	r.spans = append(r.spans, span{from - r.start, from - r.start + r.pos - len(crlf) - from})
	return true, nil
}

const crlf = "\r\n"

// announcement reads the length of the next argument.
func (r *Reader) announcement() (ok bool, err error) {
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
	case n < 0 || n > int64(r.limits.Bulk):
		return false, errBulk
	case r.got-(r.end-r.pos)+int(n)+len(crlf) > r.limits.Command:
		return false, errCommand
	}
	r.bulk = int(n)
	if r.large == nil && r.refused == nil && r.pos-r.start+r.bulk+len(crlf) > BufferSize {
		r.spill()
	}
	return true, nil
}

// terminator reads the end of an argument, which is at to.
func (r *Reader) terminator(to int) error {
	if r.buf[to] != '\r' || r.buf[to+1] != '\n' {
		return errTerminator
	}
	r.pos, r.bulk = to+len(crlf), noBulk
	r.pending--
	return nil
}

// skip throws an argument away, as far as it has come.
func (r *Reader) skip() (ok bool, err error) {
	n := min(r.bulk, r.end-r.pos)
	r.pos += n
	r.bulk -= n
	if r.end-r.pos < len(crlf) {
		return false, nil
	}
	err = r.terminator(r.pos)
	return err == nil, err
}

// arguments returns those of the command that was read.
func (r *Reader) arguments() [][]byte {
	if r.large != nil {
		return r.large.args
	}
	r.args = r.args[:0]
	for _, s := range r.spans {
		from, to := r.start+s.from, r.start+s.to
		r.args = append(r.args, r.buf[from:to:to])
	}
	return r.args
}
