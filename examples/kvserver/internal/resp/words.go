package resp

// splitWords appends the words of a line to dst, as Redis' sdssplitargs finds them,
// and reports false if its quotes are not balanced. The words are in the memory of
// the line, which it changes: what stands for a byte is never shorter than it.
//
// Words are separated by spaces. In double quotes \n, \r, \t, \b, \a and \xff stand
// for bytes, and a backslash before any other one for that; in single quotes \' is
// a quote. What follows a quote that closes is a space, or the end. A zero byte ends
// the line.
func splitWords(dst [][]byte, line []byte) (words [][]byte, ok bool) {
	for i := 0; ; {
		for i < len(line) && isSpace(line[i]) {
			i++
		}
		if i >= len(line) || line[i] == 0 {
			return dst, true
		}
		from := i
		word, rest, ok := cutWord(line[from:])
		if !ok {
			return dst, false
		}
		dst = append(dst, word)
		i = len(line) - len(rest)
	}
}

// cutWord takes the word that a line begins with.
func cutWord(line []byte) (word, rest []byte, ok bool) {
	n := 0 // the length of the word so far
	for i := 0; i < len(line); i++ {
		switch b := line[i]; b {
		case ' ', '\n', '\r', '\t', 0: // in a word \v and \f are none to Redis
			return line[:n:n], line[i:], true
		case '"', '\'':
			quoted, end, ok := unquote(line[n:n], line[i+1:], b)
			if !ok {
				return nil, nil, false
			}
			n += len(quoted)
			return line[:n:n], line[i+1+end:], true
		default:
			line[n] = b
			n++
		}
	}
	return line[:n:n], nil, true
}

// unquote appends to dst what is quoted, and returns where the text behind the
// quote begins.
func unquote(dst, text []byte, quote byte) (quoted []byte, end int, ok bool) {
	for i := 0; i < len(text) && text[i] != 0; i++ {
		b := text[i]
		switch {
		case b == quote:
			end = i + 1
			return dst, end, end == len(text) || text[end] == 0 || isSpace(text[end])
		case b == '\\' && quote == '\'':
			if i+1 < len(text) && text[i+1] == quote {
				i++
				b = quote
			}
		case b == '\\' && i+1 < len(text) && text[i+1] != 0:
			var n int
			b, n = unescape(text[i+1:])
			i += n
		}
		dst = append(dst, b)
	}
	return nil, 0, false
}

// unescape returns the byte that the text behind a backslash stands for, and how
// long that is.
func unescape(text []byte) (b byte, n int) {
	switch text[0] {
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'b':
		return '\b', 1
	case 'a':
		return '\a', 1
	case 'x':
		if len(text) > 2 {
			high, ok1 := hexDigit(text[1])
			low, ok2 := hexDigit(text[2])
			if ok1 && ok2 {
				return high<<4 | low, 3
			}
		}
	}
	return text[0], 1
}

func hexDigit(b byte) (value byte, ok bool) {
	switch {
	case '0' <= b && b <= '9':
		return b - '0', true
	case 'a' <= b && b <= 'f':
		return b - 'a' + 10, true
	case 'A' <= b && b <= 'F':
		return b - 'A' + 10, true
	}
	return 0, false
}
