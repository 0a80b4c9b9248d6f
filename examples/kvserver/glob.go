package main

import "bytes"

// A glob is a pattern of the Redis protocol: ? for any byte, * for any bytes,
// [abc], [a-z] and [^a] for one of a class, and \ before a byte that stands for
// itself.
type glob []byte

// prefix returns what every key that matches begins with.
func (g glob) prefix() []byte {
	if i := bytes.IndexAny(g, `?*[\`); i >= 0 {
		return g[:i]
	}
	return g
}

// matches reports whether the whole key matches. It takes time in proportion to
// the product of both lengths at most, since only the last star is tried again.
func (g glob) matches(key []byte) bool {
	star, resume := -1, 0 // behind the last star, and where its match ends so far
	i, k := 0, 0
	for k < len(key) {
		if i < len(g) && g[i] == '*' {
			i++
			star, resume = i, k
			continue
		}
		if i < len(g) {
			if next, ok := g.matchOne(i, key[k]); ok {
				i, k = next, k+1
				continue
			}
		}
		if star < 0 {
			return false
		}
		resume++
		i, k = star, resume
	}
	for i < len(g) && g[i] == '*' {
		i++
	}
	return i == len(g)
}

// matchOne matches what stands at i, which is not a star, with one byte, and
// returns what stands behind it.
func (g glob) matchOne(i int, b byte) (next int, ok bool) {
	switch g[i] {
	case '?':
		return i + 1, true
	case '[':
		return g.matchClass(i+1, b)
	case '\\':
		if i+1 < len(g) {
			i++
		}
	}
	return i + 1, g[i] == b
}

// matchClass matches a class whose bracket stands before i. One that is not
// closed ends with the pattern.
func (g glob) matchClass(i int, b byte) (next int, ok bool) {
	negated := i < len(g) && g[i] == '^'
	if negated {
		i++
	}
	for ; i < len(g) && g[i] != ']'; i++ {
		if g[i] == '\\' && i+1 < len(g) {
			i++
		}
		low, high := g[i], g[i]
		if i+2 < len(g) && g[i+1] == '-' && g[i+2] != ']' {
			i += 2
			high = g[i]
		}
		if min(low, high) <= b && b <= max(low, high) {
			ok = true
		}
	}
	return min(i+1, len(g)), ok != negated
}
