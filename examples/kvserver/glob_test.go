package main

import (
	"strings"
	"testing"
)

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		pattern, key string
		want         bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "abc", true},
		{"**", "abc", true},
		{"a*c", "abc", true},
		{"a*c", "ac", true},
		{"a*c", "acb", false},
		{"*a*b*", "xxaxxbxx", true},
		{"*a*b*", "xxbxxaxx", false},
		{"?", "", false},
		{"?", "a", true},
		{"h?llo", "hello", true},
		{"h[ae]llo", "hallo", true},
		{"h[ae]llo", "hillo", false},
		{"h[^e]llo", "hallo", true},
		{"h[^e]llo", "hello", false},
		{"h[a-c]llo", "hbllo", true},
		{"h[c-a]llo", "hbllo", true},
		{"h[a-]llo", "h-llo", true},
		{"h[]llo", "hello", false},
		{`\*`, "*", true},
		{`\*`, "a", false},
		{`[\]]`, "]", true},
		{`a\`, `a\`, true},
		{"[", "[", false},
		{"[a", "a", true},
		{"[a-", "-", true},
		{"user:*:[0-9]", "user:x:y:7", true},
		{"\xff*", "\xff\x00", true},
	} {
		if got := glob(tt.pattern).matches([]byte(tt.key)); got != tt.want {
			t.Errorf("%q matches %q: %t", tt.pattern, tt.key, got)
		}
	}
}

func TestGlobPrefix(t *testing.T) {
	for pattern, want := range map[string]string{"": "", "user:*": "user:", "a?b": "a", "[ab]c": "", `a\*b`: "a", "plain": "plain"} {
		if got := string(glob(pattern).prefix()); got != want {
			t.Errorf("%q: %q, want %q", pattern, got, want)
		}
	}
}

// Patterns that make other matchers take exponential time.
func TestGlobTime(t *testing.T) {
	pattern := glob(strings.Repeat("*a", 100) + "b")
	if pattern.matches([]byte(strings.Repeat("a", 10_000))) {
		t.Error("it matches")
	}
}

// The simplest matcher there is, which takes exponential time, agrees.
func FuzzGlob(f *testing.F) {
	for _, s := range []string{"a*b", "*[a-c]?", `\*a`, "[^", "**a*"} {
		f.Add(s, "abcab")
	}
	f.Fuzz(func(t *testing.T, pattern, key string) {
		if len(pattern) > 12 || len(key) > 12 {
			return
		}
		g := glob(pattern)
		if got, want := g.matches([]byte(key)), simplyMatches(g, 0, key); got != want {
			t.Errorf("%q matches %q: %t", pattern, key, got)
		}
		if g.matches([]byte(key)) && !strings.HasPrefix(key, string(g.prefix())) {
			t.Errorf("%q has the prefix %q, which %q has not", pattern, g.prefix(), key)
		}
	})
}

func simplyMatches(g glob, i int, key string) bool {
	if i >= len(g) {
		return key == ""
	}
	if g[i] == '*' {
		return simplyMatches(g, i+1, key) || key != "" && simplyMatches(g, i, key[1:])
	}
	if key == "" {
		return false
	}
	next, ok := g.matchOne(i, key[0])
	return ok && simplyMatches(g, next, key[1:])
}
