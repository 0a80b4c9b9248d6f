package resp

import "bytes"

// inline reads a command that is a line of words, as a person types it into
// netcat.
func (r *Reader) inline() (words [][]byte, ok bool, err error) {
	line, ok, err := r.readLine()
	if !ok || err != nil {
		return nil, ok, err
	}
	if r.args, ok = splitWords(r.args[:0], line); !ok {
		return nil, false, errQuotes
	}
	if len(r.args) > r.limits.Args {
		return nil, true, errTooManyArgs(r.limits.Args)
	}
	return r.args, true, nil
}

// readLine returns a line, without its end, if it has come, and memory in args for all
// words that it can have.
func (r *Reader) readLine() (line []byte, ok bool, err error) {
	line = r.buf[r.pos:r.end]
	length := r.got - len(line) // what was thrown away of it
	i := bytes.IndexByte(line, '\n')
	if i < 0 {
		length += len(line)
	} else {
		length += i
	}
	switch {
	case length >= r.limits.Inline:
		return nil, false, errInline
	case i < 0:
		if r.line {
			r.pos = r.end
		}
		return nil, false, nil
	}
	r.pos += i + 1
	r.line = false
	if r.refused != nil {
		return nil, true, r.refused
	}
	line = line[:i]
	if words := countWords(line); words > inPlaceArgs {
		size := words * argSize
		if !r.budget.Take(size) {
			return nil, true, ErrBudget
		}
		r.words, r.args = size, make([][]byte, 0, words)
	}
	return line, true, nil
}

// countWords returns how many words there are in a line at most: quotes can only join
// what is counted here.
func countWords(line []byte) (n int) {
	before := true
	for _, c := range line {
		space := isSpace(c)
		if before && !space {
			n++
		}
		before = space
	}
	return n
}

// isSpace is that of C, by which Redis splits lines.
func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
