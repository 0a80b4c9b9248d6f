package resp

import "bytes"

// maxInline is the longest command that a person types.
const maxInline = 4 << 10

// inline reads a command that is a line of words, as a person types it into
// netcat. There are no quotes: this is for PING, not for data.
func (r *Reader) inline() (words [][]byte, ok bool, err error) {
	line := r.buf[r.pos:min(r.end, r.pos+maxInline)]
	i := bytes.IndexByte(line, '\n')
	if i < 0 {
		if len(line) == maxInline {
			return nil, false, errInline
		}
		return nil, false, nil
	}
	line = line[:i]
	if bytes.ContainsAny(line, `"'`) {
		return nil, false, errQuotes
	}
	r.pos += i + 1
	r.args = r.args[:0]
	for word := range bytes.FieldsSeq(line) {
		r.args = append(r.args, word)
	}
	if len(r.args) > r.limits.Args {
		return nil, false, errArgs
	}
	return r.args, true, nil
}
