package main

import (
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// What a long key is stored under is a copy that nobody has charged: it is not made of
// a key that cannot be there, and of no other it is kept.
func TestLongKeys(t *testing.T) {
	tally := kvtest.NewTally(memory(t))
	s := start(t, tally)
	c := s.dial()
	c.do("select", "1")
	c.do("set", "k", "v")
	before := len(tally.Counts())
	impossible := strings.Repeat("k", defaultLimits.key+1)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"get", impossible}, "nil"},
		{[]string{"exists", impossible}, ":0"},
		{[]string{"del", impossible}, ":0"},
		{[]string{"type", impossible}, "none"},
		{[]string{"mget", impossible}, "[nil]"},
	} {
		if got := c.do(tt.args...); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.args[0], got, tt.want)
		}
	}
	if after := len(tally.Counts()); after != before {
		t.Errorf("the engine was asked for keys that cannot be there: %v", tally.Counts())
	}
	if got := c.do("mget", "k", impossible, "k"); got != `["v" nil "v"]` {
		t.Errorf("mget: %s", got)
	}

	possible := impossible[1:]
	c.do("set", possible, "v")
	many := append([]string{"mget"}, possible, possible, "k")
	if got := c.do(many...); got != `["v" "v" "v"]` {
		t.Errorf("mget of long keys: %s", got)
	}
	if kept := cap(s.all()[0].keys.db.scratch); kept > maxScratch {
		t.Errorf("%d bytes are kept for keys", kept)
	}
}
