package main

import (
	"io"
	"strings"
	"testing"
)

// A reply that repeats an argument is charged as any other.
func TestEchoIsCharged(t *testing.T) {
	for _, name := range []string{"echo", "ping"} {
		s := start(t, memory(t), func(l *limits) { l.memory = 4 << 20 })
		c := s.dial()
		long := strings.Repeat("v", 2<<20)
		go io.WriteString(c.conn, encode(name, long))
		if got := c.reply(); got != "-ERR "+string(errBudget) {
			t.Errorf("%s: %.200s", name, got)
		}
		c.do("multi")
		go io.WriteString(c.conn, encode(name, long[:3<<19]))
		if got := c.reply(); got != "QUEUED" {
			t.Fatal(got)
		}
		if got := c.do("exec"); got != "[-ERR "+string(errBudget)+"]" {
			t.Errorf("%s in a transaction: %.200s", name, got)
		}
		go io.WriteString(c.conn, encode(name, long[:1<<20]))
		if got := c.reply(); got != `"`+long[:1<<20]+`"` {
			t.Errorf("%s of half as much: %.200s", name, got)
		}
	}
}
