package reference

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A difference is a reply of kvserver that is not Redis', with its reason.
type difference struct {
	why     string
	applies func(s step) bool
	accept  func(redis, kv []byte) bool
}

var hello = regexp.MustCompile(`\$6\r\nserver\r\n\$\d+\r\n(redis|kvserver)\r\n\$7\r\nversion\r\n\$\d+\r\n[\d.]+\r\n(\$5\r\nproto\r\n:\d\r\n)\$2\r\nid\r\n:\d+\r\n`)

// printable is an error of Redis as kvserver writes it.
func printable(reply []byte) []byte {
	text := bytes.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, bytes.TrimSuffix(reply, []byte("\r\n")))
	return append(text, "\r\n"...)
}

// notGenerated are commands of kvserver that no sequence has but with wrong arguments,
// and why.
var notGenerated = map[string]string{
	"auth":    "there are no users; its errors are compared in examples/kvserver",
	"command": "it describes the commands that there are",
	"info":    "it describes the server",
	"quit":    "it ends the connection",
}

var differences = []difference{
	{
		why:     "HELLO tells the server's name, its version and the number of the connection",
		applies: func(s step) bool { return s.name() == "HELLO" || s.name() == "EXEC" },
		accept: func(redis, kv []byte) bool {
			return bytes.Equal(hello.ReplaceAll(redis, []byte("$2")), hello.ReplaceAll(kv, []byte("$2")))
		},
	},
	{
		why:     "an engine keeps times to live in whole seconds, and the two servers are asked at different moments",
		applies: func(s step) bool { return slices.Contains([]string{"TTL", "PTTL", "EXEC"}, s.name()) },
		accept:  func(redis, kv []byte) bool { return bytes.Equal(withoutTTL(redis), withoutTTL(kv)) },
	},
	{
		why:     "an error quotes nothing that could harm a terminal",
		applies: func(step) bool { return true },
		accept: func(redis, kv []byte) bool {
			return redis[0] == '-' && bytes.Equal(printable(redis), kv)
		},
	},
}

var number = regexp.MustCompile(`:\d+\r\n`)

// withoutTTL replaces what can be left of a long TTL, in seconds or milliseconds.
func withoutTTL(reply []byte) []byte {
	return number.ReplaceAllFunc(reply, func(found []byte) []byte {
		const all, late, rounded = 100_000, 600, 2 // seconds
		switch n, err := strconv.Atoi(string(found[1 : len(found)-2])); {
		case err != nil:
			return found
		case n > all-late && n <= all+rounded:
			return []byte(":seconds\r\n")
		case n > 1000*(all-late) && n <= 1000*(all+rounded):
			return []byte(":milliseconds\r\n")
		}
		return found
	})
}

// accepted reports whether two replies are equal, or differ as they may.
func accepted(s step, redis, kv []byte) bool {
	if bytes.Equal(redis, kv) {
		return true
	}
	return slices.ContainsFunc(differences, func(d difference) bool { return d.applies(s) && d.accept(redis, kv) })
}

// notQueued are commands that kvserver does not take between MULTI and EXEC, since
// they read what engines do not show of writes that are still to be done.
var notQueued = []string{"DBSIZE", "FLUSHDB", "FLUSHALL", "SCAN", "KEYS"}

// writesTTL reports whether a step is a SET with a time to live. In a transaction kvserver
// does not take it: batches of engines have none.
func writesTTL(s step) bool {
	return s.name() == "SET" && slices.ContainsFunc(s.args[min(3, len(s.args)):], func(option string) bool {
		return slices.Contains([]string{"EX", "PX", "KEEPTTL"}, strings.ToUpper(option))
	})
}

// allowed leaves out what is not taken in a transaction.
func allowed(steps []step, expires bool) (all []step) {
	var queues [conns]bool
	for _, s := range steps {
		if queues[s.conn] && (s.walk || slices.Contains(notQueued, s.name()) || expires && writesTTL(s)) {
			continue
		}
		all = append(all, s)
		switch {
		case s.last:
			queues[s.conn] = false
		case len(s.args) != 1:
		case s.name() == "MULTI":
			queues[s.conn] = true
		case slices.Contains([]string{"EXEC", "DISCARD", "RESET"}, s.name()):
			queues[s.conn] = false
		}
	}
	return all
}
