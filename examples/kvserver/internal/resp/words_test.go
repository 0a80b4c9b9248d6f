package resp

import (
	"bytes"
	"fmt"
	"testing"
)

// lines are what Redis 7 makes of them, nil where it finds unbalanced quotes.
var lines = map[string][]string{
	"":                       {},
	" \t\v\f\r ":             {},
	"ping":                   {"ping"},
	"  set  k\tv ":           {"set", "k", "v"},
	`set k "a b"`:            {"set", "k", "a b"},
	`set "" ''`:              {"set", "", ""},
	`"\x41\x4g\xfF\n\r\t\b"`: {"Ax4g\xff\n\r\t\b"},
	`"\a\\\"\q"`:             {"\a\\\"q"},
	`'a\'b\n"'`:              {`a'b\n"`},
	`a"b c"`:                 {"ab c"},
	`a"b"'c'`:                nil,
	`"a"b`:                   nil,
	`'a'b`:                   nil,
	`"a`:                     nil,
	`'a`:                     nil,
	`"a\`:                    nil,
	`'\'`:                    nil,
	`"`:                      nil,
	`a\"b c" d`:              {`a\b c`, "d"},
	`it's`:                   nil,
	"a\vb\fc":                {"a\vb\fc"},
	"a\x00 b":                {"a"},
	"\"a\x00\" b":            nil,
	"'a'\x00b":               {"a"},
	"'a'\vb":                 {"a", "b"},
	"\"\\\x00\"":             nil,
	"\\":                     {"\\"},
	`"\x"`:                   {"x"},
	`"\x1"`:                  {"x1"},
}

func TestSplitWords(t *testing.T) {
	for line, want := range lines {
		words, ok := splitWords(nil, []byte(line))
		if ok != (want != nil) || ok && fmt.Sprintf("%q", words) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: %q, %t; want %q", line, words, ok, want)
		}
	}
}

func TestSplitWordsDoesNotAllocate(t *testing.T) {
	line, words := []byte(`set "k\n" 'v w'`), make([][]byte, 0, 3)
	if n := testing.AllocsPerRun(100, func() { splitWords(words, line) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzSplitWords(f *testing.F) {
	for line := range lines {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		want, wantOK := byTheRules(string(line))
		words, ok := splitWords(nil, bytes.Clone(line))
		if ok != wantOK || ok && fmt.Sprintf("%q", words) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: %q, %t; want %q, %t", line, words, ok, want, wantOK)
		}
		if len(words) > countWords(line) {
			t.Errorf("%q has %d words, more than the %d that were counted", line, len(words), countWords(line))
		}
	})
}

// byTheRules is Redis' sdssplitargs, statement by statement.
func byTheRules(line string) (words []string, ok bool) {
	at := func(i int) byte { // a C string ends with a zero byte
		if i < len(line) {
			return line[i]
		}
		return 0
	}
	space := func(b byte) bool { return bytes.IndexByte([]byte(" \t\n\v\f\r"), b) >= 0 }
	hex := func(b byte) int { return bytes.IndexByte([]byte("0123456789abcdef"), bytes.ToLower([]byte{b})[0]) }
	p := 0
	for {
		for at(p) != 0 && space(at(p)) {
			p++
		}
		if at(p) == 0 {
			return words, true
		}
		inq, insq, done := false, false, false
		var current []byte
		for !done {
			switch c := at(p); {
			case inq && c == '\\' && at(p+1) == 'x' && hex(at(p+2)) >= 0 && hex(at(p+3)) >= 0:
				current = append(current, byte(hex(at(p+2))*16+hex(at(p+3))))
				p += 3
			case inq && c == '\\' && at(p+1) != 0:
				p++
				c = at(p)
				if i := bytes.IndexByte([]byte("nrtba"), c); i >= 0 {
					c = "\n\r\t\b\a"[i]
				}
				current = append(current, c)
			case insq && c == '\\' && at(p+1) == '\'':
				p++
				current = append(current, '\'')
			case inq && c == '"', insq && c == '\'':
				if at(p+1) != 0 && !space(at(p+1)) {
					return nil, false
				}
				done = true
			case (inq || insq) && c == 0:
				return nil, false
			case inq || insq:
				current = append(current, c)
			case c == ' ', c == '\n', c == '\r', c == '\t', c == 0:
				done = true
			case c == '"':
				inq = true
			case c == '\'':
				insq = true
			default:
				current = append(current, c)
			}
			if at(p) != 0 {
				p++
			}
		}
		words = append(words, string(current))
	}
}
