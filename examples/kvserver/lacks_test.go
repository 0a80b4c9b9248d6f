package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// What an engine cannot do is an error, and only that is named where a user looks: in the
// greeting and by -help; and COMMAND DOCS lists the options that there are.
func TestLacksAreTold(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			args := []string{"-engine", e.name, "-sync=false"}
			if e.remote {
				args = append(args, "-target", targetOf(t, e).Addresses)
			}
			r := launch(t, args...)
			c := r.dial()
			c.do("hello", "3")
			docs := c.do("command", "docs", "set")
			c.do("multi")
			c.do("set", "k", "v", "ex", "100")
			if got := c.do("exec"); !strings.HasPrefix(got, "[-ERR") {
				t.Errorf("SET with EX in a transaction: %s", got)
			}
			for _, s := range []struct {
				what, command string
				option        bool // of SET
				expires       bool
			}{
				{"SCAN", "scan 0", false, false}, {"KEYS", "keys *", false, false}, {"DBSIZE", "dbsize", false, false}, {"WATCH", "watch k", false, false},
				{"FLUSHDB", "flushdb", false, false}, {"FLUSHALL", "flushall", false, false}, {"CLIENT TRACKING", "client tracking on", false, false},
				{"KEEPTTL", "set k v keepttl", true, false}, {"EX", "set k v ex 100", true, true}, {"PX", "set k v px 100000", true, true},
			} {
				lacks := strings.HasPrefix(c.do(strings.Fields(s.command)...), "-ERR engine "+e.name+" does not support ")
				told := strings.Contains(spaced(e.lacks()), " "+s.what+" ")
				if s.expires {
					told = strings.Contains(e.expiry(), "no expiry")
				}
				if told != lacks {
					t.Errorf("%s is told to be an error: %t, and is one: %t", s.what, told, lacks)
				}
				if listed := strings.Contains(docs, fmt.Sprintf("%q", s.what)); s.option && listed == lacks {
					t.Errorf("%s is listed by COMMAND DOCS: %t, and is an error: %t", s.what, listed, lacks)
				}
			}
			if s := r.stderr.String(); !strings.Contains(s, e.lacks()) || !strings.Contains(s, e.expiry()) || !strings.Contains(s, e.shared()) {
				t.Errorf("the greeting does not say %q, %q, %q: %s", e.lacks(), e.expiry(), e.shared(), s)
			}
			if help := helpOf(t); !strings.Contains(help, e.lacks()) || !strings.Contains(help, e.shared()) {
				t.Errorf("-help does not say %q, %q: %s", e.lacks(), e.shared(), help)
			}
		})
	}
}

// spaced has a space on both sides of each word.
func spaced(text string) string {
	return " " + strings.NewReplacer(",", " ", ";", " ").Replace(text) + " "
}

func helpOf(t *testing.T) string {
	t.Helper()
	var stderr bytes.Buffer
	if status := run(t.Context(), []string{"-help"}, &stderr); status != 0 {
		t.Fatalf("-help: exit status %d", status)
	}
	return stderr.String()
}
