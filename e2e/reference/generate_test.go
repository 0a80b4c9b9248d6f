package reference

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A generator makes the commands of a seed.
type generator struct {
	*rand.Rand
	names   []string // of commands that get wrong arguments
	expires bool     // keys can have a time to live
}

// generate returns so many steps, in bursts on one connection.
func generate(seed uint64, n int, names []string, expires bool) []step {
	g := generator{rand.New(rand.NewPCG(seed, 0)), names, expires}
	steps := make([]step, 0, n)
	for len(steps) < n {
		conn := g.IntN(conns)
		for range 1 + g.IntN(8) {
			s := g.step()
			s.conn = conn
			steps = append(steps, s)
		}
	}
	return steps[:n]
}

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

func (g generator) sometimes(oneIn int) bool { return g.IntN(oneIn) == 0 }

var keys = []string{
	"", "a", "b", "c", "ab", "abc", "A", "key:1", "key:2", "key:3", "a*c", "[x]", "a?c", `back\slash`, "two words", "line\r\nend", "grüße",
	"\x00", "\x00\x00", "\x00\x01", "\x00\x01a", "\x00\x00a", "\x00\x0f", "\x01", "\xff", "\xff\xff", "\xfe\x00", strings.Repeat("long", 300),
}

func (g generator) key() string {
	if g.sometimes(20) {
		b := make([]byte, 1+g.IntN(3))
		for i := range b {
			b[i] = pick[byte](g, 0, 1, 2, 15, 16, 'a', 0xff)
		}
		return string(b)
	}
	return pick(g, keys...)
}

func (g generator) value() string {
	switch g.IntN(8) {
	case 0:
		return ""
	case 1:
		return pick(g, "\x00", "\r\n", "$3\r\nabc\r\n", "-ERR no\r\n", "\xff\xfe", "*1")
	case 2:
		return strings.Repeat("0123456789", g.IntN(10_000))
	default:
		return strconv.Itoa(g.IntN(1000))
	}
}

// word returns a word in some case.
func (g generator) word(word string) string {
	return pick(g, word, word, strings.ToLower(word), word[:1]+strings.ToLower(word[1:]))
}

func (g generator) keys() (all []string) {
	for range 1 + g.IntN(5) {
		all = append(all, g.key())
	}
	return all
}

func (g generator) command(name string, args ...string) step {
	return step{args: append([]string{g.word(name)}, args...)}
}

// step returns any command.
func (g generator) step() step {
	switch n := g.IntN(100); {
	case n < 25:
		return g.command("SET", append([]string{g.key(), g.value()}, g.setOptions()...)...)
	case n < 40:
		return g.command("GET", g.key())
	case n < 46:
		return g.command("DEL", g.keys()...)
	case n < 52:
		return g.command("EXISTS", g.keys()...)
	case n < 58:
		return g.command("MGET", g.keys()...)
	case n < 62:
		var pairs []string
		for _, key := range g.keys() {
			pairs = append(pairs, key, g.value())
		}
		return g.command("MSET", pairs[:len(pairs)-g.IntN(12)/11]...)
	case n < 65:
		return g.command("SELECT", pick(g, "0", "0", "1", "2", "15", "16", "-1", "abc", "", "99999999999999999999", "1 ", "01"))
	case n < 69:
		if g.sometimes(4) {
			return step{walk: true, keys: true, args: []string{g.pattern()}}
		}
		return step{walk: true, args: g.scanOptions()}
	case n < 71:
		return g.command("DBSIZE")
	case n < 79:
		return g.transaction()
	case n < 85:
		return g.connection()
	case n < 90:
		return g.mistake()
	case n < 92:
		if g.sometimes(5) {
			return step{inline: pick(g, `echo "a"b`, `get 'a`, `set a "b`, `set a 'it''s'`) + "\r\n", last: true}
		}
		return step{inline: pick(g, "PING\r\n", "get a\r\n", "  get   'key:1'  \r\n", `set "\x00\x01" 'it\'s'`+"\r\n", `set a "x\ty"`+"\n", "echo ''\r\n", "\r\nPING\r\n", "nosuch 'a b'\r\n")}
	case n < 93:
		return g.command(pick(g, "FLUSHDB", "FLUSHDB", "FLUSHALL"), pick(g, nil, nil, []string{"SYNC"}, []string{"async"}, []string{"now"})...)
	default:
		return g.command(pick(g, "TYPE", "PING", "ECHO", "TTL", "PTTL"), g.key())
	}
}

func (g generator) setOptions() (options []string) {
	for g.sometimes(3) {
		options = append(options, g.word(pick(g, "NX", "XX", "GET", "KEEPTTL")))
		if g.sometimes(10) {
			options = append(options, pick(g, "WRONG", "", "NX"))
		}
		if g.sometimes(15) {
			// No time that is right: most engines of kvserver have no keys that expire.
			options = append(options, pick(g, "EX", "PX", "EXAT", "PXAT"), pick(g, "0", "-1", "x", "01"))
		}
		if g.expires && g.sometimes(2) {
			options = append(options, pick(g, longTTL...)...)
		}
	}
	return options
}

// longTTL are times that do not end before the test. They are the same, so that what is
// left can be told from all other numbers.
var longTTL = [][]string{{"EX", "100000"}, {"PX", "100000000"}, {"ex", "100000"}}

func (g generator) scanOptions() (options []string) {
	if g.sometimes(2) {
		options = append(options, g.word("MATCH"), g.pattern())
	}
	if g.sometimes(2) {
		options = append(options, g.word("COUNT"), pick(g, "1", "2", "7", "1000"))
	}
	if g.sometimes(8) {
		options = append(options, g.word("TYPE"), pick(g, "string", "STRING", "hash", "nosuch"))
	}
	return options
}

func (g generator) pattern() string {
	return pick(g, "*", "a*", "key:?", "[a-b]*", "[^a]*", `a\*c`, "[*-]*", "", "*\x00*", "\xff*", "[", "a[bc", "a**c", `[\]x]*`, "[z-a]b")
}

func (g generator) transaction() step {
	if g.sometimes(4) {
		return g.command("WATCH", g.keys()...)
	}
	return g.command(pick(g, "MULTI", "MULTI", "MULTI", "EXEC", "EXEC", "EXEC", "EXEC", "DISCARD", "UNWATCH"))
}

// connection returns a command about the connection itself.
func (g generator) connection() step {
	switch g.IntN(10) {
	case 0, 1, 2:
		return g.command("HELLO", pick(g, "3", "3", "2", "2", "4", "1", "x")) // without a version: see mistake
	case 3:
		return g.command("CLIENT", g.word("SETNAME"), pick(g, "me", "", "two words", "nö"))
	case 4:
		return g.command("CLIENT", g.word("GETNAME"))
	case 5:
		return g.command("RESET")
	case 6:
		return g.command("PING", g.keys()...)
	case 7:
		return g.command("HELLO", pick(g, "2", "3"), g.word("SETNAME"), pick(g, "me", "two words"))
	case 8:
		return g.command("CONFIG", g.word("GET"), pick(g, "save", "databases", "nosuch"))
	default:
		return g.command("PING")
	}
}

// mistake returns a command that no server takes, as a rule.
func (g generator) mistake() step {
	switch g.IntN(6) {
	case 0:
		return step{args: append([]string{pick(g, "NOSUCH", "nosuch", "get ", "", "\x00", "no'such", "no\r\nsuch", strings.Repeat("x", 200), "grüße")}, g.keys()...)}
	case 1:
		return g.command("SCAN", pick(g, []string{}, []string{"x"}, []string{"0", "COUNT", "0"}, []string{"0", "COUNT", "x"}, []string{"0", "COUNT"}, []string{"0", "WRONG", "1"}, []string{"0", "MATCH"})...)
	case 2:
		return g.command("CLIENT", pick(g, "NOSUCH", "", "SETNAME", "GETNAME"))
	default:
		var args []string
		for range g.IntN(4) {
			args = append(args, fmt.Sprint(g.IntN(3)))
		}
		return g.command(pick(g, g.names...), args...)
	}
}
