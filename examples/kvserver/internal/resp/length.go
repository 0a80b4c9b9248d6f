package resp

import "bytes"

// maxDigits is more than any length that a limit allows.
const maxDigits = 20

// length reads a line that is one character and a number.
func (r *Reader) length(of string) (n int64, ok bool, err error) {
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
func parseLength(digits []byte) (n int64, ok bool) {
	const beyond = 1 << 40 // above every limit, and far from an overflow
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
		n = min(n*10+int64(c-'0'), beyond)
	}
	if negative {
		return -1, true
	}
	return n, true
}
