// Package glob matches keys with the patterns of Redis, as its stringmatchlen
// reads them.
package glob

import "bytes"

// A Pattern has ? for any byte, * for any bytes, [abc], [a-z] and [^a] for one of
// a class, and \ before a byte that stands for itself. As in Redis:
//
//   - the byte behind a - always ends a range, even ], so that [*-] is not closed;
//   - a class that is not closed ends with the pattern;
//   - a range may be written backwards, and a \ in a class stands before one byte
//     and not before a range;
//   - bytes above 127 are below all others in a range, as a signed char is in C;
//   - an empty key matches * and the empty pattern alone.
type Pattern []byte

// Prefix returns what every key that matches begins with.
func (p Pattern) Prefix() []byte {
	if i := bytes.IndexAny(p, `?*[\`); i >= 0 {
		return p[:i]
	}
	return p
}

// All reports whether every key matches.
func (p Pattern) All() bool { return len(p) == 1 && p[0] == '*' }

// Match reports whether the whole key matches. It takes time in proportion to the
// product of both lengths at most, since only the last star is tried again; steps
// is how much it took.
func (p Pattern) Match(key []byte) (matched bool, steps int) {
	if len(key) == 0 {
		return len(p) == 0 || p.All(), 1
	}
	star, resume := -1, 0 // behind the last star, and where its match ends so far
	i, k := 0, 0
	for k < len(key) {
		steps++
		if i < len(p) && p[i] == '*' {
			i++
			if i == len(p) {
				return true, steps
			}
			star, resume = i, k
			continue
		}
		if i < len(p) {
			next, ok := p.one(i, key[k])
			steps += next - i
			if ok {
				i, k = next, k+1
				continue
			}
		}
		if star < 0 {
			return false, steps
		}
		resume++
		i, k = star, resume
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p), steps
}

// one matches what stands at i, which is not a star, with one byte, and returns
// what stands behind it.
func (p Pattern) one(i int, b byte) (next int, ok bool) {
	switch p[i] {
	case '?':
		return i + 1, true
	case '[':
		return p.class(i+1, b)
	case '\\':
		if i+1 < len(p) {
			i++
		}
	}
	return i + 1, p[i] == b
}

// class matches a class whose bracket stands before i.
func (p Pattern) class(i int, b byte) (next int, ok bool) {
	negated := i < len(p) && p[i] == '^'
	if negated {
		i++
	}
	for i < len(p) && p[i] != ']' {
		switch {
		case p[i] == '\\' && i+1 < len(p):
			ok = ok || p[i+1] == b
			i += 2
		case i+2 < len(p) && p[i+1] == '-':
			ok = ok || between(p[i], p[i+2], b)
			i += 3
		default:
			ok = ok || p[i] == b
			i++
		}
	}
	return min(i+1, len(p)), ok != negated
}

// between reports whether b is in a range, whose bounds come in any order.
func between(one, other, b byte) bool {
	low, high, c := int8(one), int8(other), int8(b)
	return min(low, high) <= c && c <= max(low, high)
}
