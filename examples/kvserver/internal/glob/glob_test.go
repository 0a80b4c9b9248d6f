package glob_test

import (
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/glob"
)

// table has what Redis 7.0 answers.
var table = []struct {
	pattern, key string
	want         bool
}{
	{"", "", true},
	{"", "a", false},
	{"*", "", true},
	{"**", "", false},
	{"*", "abc", true},
	{"**", "abc", true},
	{"a*c", "abc", true},
	{"a*c", "ac", true},
	{"a*c", "acb", false},
	{"a**", "a", true},
	{"*a*b*", "xxaxxbxx", true},
	{"*a*b*", "xxbxxaxx", false},
	{"?", "", false},
	{"?", "a", true},
	{"?", "ab", false},
	{"h?llo", "hello", true},
	{"h[ae]llo", "hallo", true},
	{"h[ae]llo", "hillo", false},
	{"h[^e]llo", "hallo", true},
	{"h[^e]llo", "hello", false},
	{"h[a-c]llo", "hbllo", true},
	{"h[c-a]llo", "hbllo", true},
	{"h[]llo", "hello", false},
	{"[]", "]", false},
	{"[^]", "]", true},
	{`\*`, "*", true},
	{`\*`, "a", false},
	{`[\]]`, "]", true},
	{`a\`, `a\`, true},
	{`[\`, `\`, true},
	{`[a\`, `\`, true},
	{`[a\`, "b", false},
	{"[", "[", false},
	{"[^", "a", true},
	{"[a", "a", true},
	{"[a-", "-", true},
	{"[a-", "a", true},
	{"[a-", "b", false},
	// What stands behind a - ends the range, even the bracket.
	{"[*-]", "+", true},
	{"[*-]", "]", true},
	{"[*-]", "*", true},
	{"[*-]", "^", false},
	{"[*-]x]", "x", true},
	{"[*-]x]", "+x", false},
	{"h[a-]llo", "h-llo", false},
	{"h[a-]llo", "hl", true},
	{"h[a-]llo", "h^", true},
	{`[a-\]`, "]", true},
	{`[a-\]]`, "^", false},
	{`[a-\]]`, "b]", false},
	{`[a-\]]`, "^]", true},
	{`[\a-c]`, "b", false},
	{`[\a-c]`, "-", true},
	{`[\a-c]`, "c", true},
	{"[^a-c]", "d", true},
	{"[^a-c]", "b", false},
	{"[a^]", "^", true},
	{"[^^]", "^", false},
	{"[--/]", ".", true},
	{"[a-c-e]", "d", false},
	{"[a-c-e]", "-", true},
	// A char of C has a sign.
	{"[a-\xff]", "b", false},
	{"[a-\xff]", "A", true},
	{"[\x80-\xff]", "\x90", true},
	{"\xff*", "\xff\x00", true},
	{"[\x00-\x02]", "\x01", true},
	{"a\x00b", "a\x00b", true},
	{"user:*:[0-9]", "user:x:y:7", true},
}

func TestTable(t *testing.T) {
	for _, c := range table {
		if got, _ := glob.Pattern(c.pattern).Match([]byte(c.key)); got != c.want {
			t.Errorf("%q matches %q: %t", c.pattern, c.key, got)
		}
	}
}

func TestPrefix(t *testing.T) {
	for pattern, want := range map[string]string{"": "", "user:*": "user:", "a?b": "a", "[ab]c": "", `a\*b`: "a", "plain": "plain"} {
		if got := string(glob.Pattern(pattern).Prefix()); got != want {
			t.Errorf("%q: %q, want %q", pattern, got, want)
		}
	}
}

// Patterns that make other matchers take exponential time take what both lengths
// make, and tell it.
func TestSteps(t *testing.T) {
	for pattern, key := range map[string]string{
		strings.Repeat("*a", 100) + "b":             strings.Repeat("a", 10_000),
		strings.Repeat("a*", 100) + "b":             strings.Repeat("a", 10_000),
		"*" + strings.Repeat("[a-z]", 200) + "0":    strings.Repeat("a", 10_000),
		"*[" + strings.Repeat("bcdef", 200) + "]":   strings.Repeat("a", 10_000),
		strings.Repeat("*[^b]", 100) + "b":          strings.Repeat("a", 10_000),
		strings.Repeat("*", 1000) + "b":             strings.Repeat("a", 10_000),
		strings.Repeat("?", 10_000) + "*b":          strings.Repeat("a", 10_000),
		"*" + strings.Repeat("a", 1000) + "b" + "*": strings.Repeat("a", 10_000),
	} {
		matched, steps := glob.Pattern(pattern).Match([]byte(key))
		if matched || steps < len(key)/2 || steps > 2*len(key)*(len(pattern)+1) {
			t.Errorf("%.20q…: %t in %d steps", pattern, matched, steps)
		}
	}
}

// A translation of Redis' own code, which takes exponential time, agrees.
func FuzzMatch(f *testing.F) {
	for _, c := range table {
		f.Add(c.pattern, c.key)
	}
	for _, s := range []string{"a*b", "*[a-c]?", `\*a`, "[^", "**a*", "[*-]]", "*[a-]*b"} {
		f.Add(s, "abcab")
	}
	f.Fuzz(func(t *testing.T, pattern, key string) {
		if len(pattern) > 16 || len(key) > 12 {
			return
		}
		p := glob.Pattern(pattern)
		got, _ := p.Match([]byte(key))
		if want := p.All() || stringmatchlen([]byte(pattern), []byte(key)); got != want {
			t.Errorf("%q matches %q: %t", pattern, key, got)
		}
		if got && !p.All() && !strings.HasPrefix(key, string(p.Prefix())) {
			t.Errorf("%q has the prefix %q, which %q has not", pattern, p.Prefix(), key)
		}
	})
}

// stringmatchlen is that of util.c in Redis 7.0, with slices in place of pointers
// and without its way to give up early. Strings there end with a zero.
func stringmatchlen(p, s []byte) bool {
	at := func(i int) byte {
		if i < len(p) {
			return p[i]
		}
		return 0
	}
	i := 0
	for i < len(p) && len(s) > 0 {
		switch p[i] {
		case '*':
			for at(i+1) == '*' {
				i++
			}
			if i == len(p)-1 {
				return true
			}
			for ; len(s) > 0; s = s[1:] {
				if stringmatchlen(p[i+1:], s) {
					return true
				}
			}
			return false
		case '?':
			s = s[1:]
		case '[':
			i++
			not := at(i) == '^'
			if not {
				i++
			}
			match := false
		class:
			for {
				left := len(p) - i
				switch {
				case left >= 2 && p[i] == '\\':
					i++
					match = match || p[i] == s[0]
				case at(i) == ']':
					break class
				case left == 0:
					i--
					break class
				case left >= 3 && p[i+1] == '-':
					start, end, c := int(int8(p[i])), int(int8(p[i+2])), int(int8(s[0]))
					if start > end {
						start, end = end, start
					}
					i += 2
					match = match || c >= start && c <= end
				default:
					match = match || p[i] == s[0]
				}
				i++
			}
			if match == not {
				return false
			}
			s = s[1:]
		case '\\':
			if len(p)-i >= 2 {
				i++
			}
			fallthrough
		default:
			if p[i] != s[0] {
				return false
			}
			s = s[1:]
		}
		i++
		if len(s) == 0 {
			for at(i) == '*' {
				i++
			}
			break
		}
	}
	return i >= len(p) && len(s) == 0
}
