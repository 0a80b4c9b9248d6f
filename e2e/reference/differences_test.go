package reference

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// A difference is a reply of kvserver that is not Redis', with its reason.
type difference struct {
	why     string
	applies func(s step) bool
	accept  func(redis, kv []byte) bool
}

var (
	hello       = regexp.MustCompile(`^(\*14|%7)\r\n\$6\r\nserver\r\n`)
	unsupported = regexp.MustCompile(`^-ERR engine \w+ does not support (EX|PX|EXAT|PXAT)\b`)
)

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
		applies: func(s step) bool { return s.name() == "HELLO" },
		accept: func(redis, kv []byte) bool {
			a, b := hello.FindSubmatch(redis), hello.FindSubmatch(kv)
			return a != nil && b != nil && bytes.Equal(a[1], b[1])
		},
	},
	{
		why: "no engine of kvserver has keys that expire",
		applies: func(s step) bool {
			return s.name() == "SET" && slices.ContainsFunc([]string{"EX", "PX", "EXAT", "PXAT"}, s.has)
		},
		accept: func(redis, kv []byte) bool { return unsupported.Match(kv) },
	},
}

// accepted reports whether two replies are equal, or differ as they may.
func accepted(s step, redis, kv []byte) bool {
	if bytes.Equal(redis, kv) {
		return true
	}
	return slices.ContainsFunc(differences, func(d difference) bool { return d.applies(s) && d.accept(redis, kv) })
}

// ended reports whether the reply to a step says that what was queued is over.
func ended(s step) bool {
	return slices.Contains([]string{"EXEC", "DISCARD", "RESET"}, strings.TrimSpace(s.name()))
}
