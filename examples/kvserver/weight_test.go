package main

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

// What a command takes while it runs is charged, too; the client goes on when there is
// no room for it.
func TestWeight(t *testing.T) {
	s := start(t, memory(t), func(l *limits) { l.memory = 4 << 20 })
	c := s.dial()
	many := make([]string, 20_000)
	for i := range many {
		many[i] = "k"
	}
	for _, name := range []string{"del", "mset"} {
		go io.WriteString(c.conn, encode(append([]string{name}, many...)...))
		want := "-ERR " + string(errRunning)
		if got := c.reply(); name == "del" && got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	value := strings.Repeat("v", 5<<18) // arguments, and three copies in the engine
	go io.WriteString(c.conn, encode("set", "k", value))
	if got := c.reply(); got != "-ERR "+string(errRunning) {
		t.Errorf("set: %s", got)
	}
	go io.WriteString(c.conn, encode("set", "k", value[:1<<19]))
	if got := c.reply(); got != "OK" {
		t.Errorf("set of half as much: %s", got)
	}
	// A transaction that is too large ends, and nothing of it has run.
	c.do("multi")
	for range 2 {
		go io.WriteString(c.conn, encode("set", "k", value[:7<<17]))
		if got := c.reply(); got != "QUEUED" {
			t.Fatal(got)
		}
	}
	if got := c.do("exec"); got != "-EXECABORT Transaction discarded because of: "+string(errRunning) {
		t.Errorf("exec: %s", got)
	}
	if got := c.do("get", "k"); got != `"`+value[:1<<19]+`"` {
		t.Errorf("get: %d bytes", len(got))
	}
}

// Large writes take turns.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{Store: memory(t), pause: 10}
		s := start(t, store)
		value := strings.Repeat("v", heavy)
		first, second := s.dial(), s.dial()
		go io.WriteString(first.conn, encode("set", "a", value))
		go io.WriteString(second.conn, encode("set", "b", value))
		if d := elapsed(func() { first.reply(); second.reply() }); d != 20 {
			t.Errorf("two large writes took %d ns, want 20", d)
		}
	})
}
