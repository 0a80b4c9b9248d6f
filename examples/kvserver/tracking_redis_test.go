package main

import (
	"fmt"
	"strings"
	"testing"
)

// conversations are what two clients say, of which a is told of changes. What they
// are answered, and the invalidations, are the same as with Redis, one by one.
var conversations = map[string][]string{
	"reads": {
		"a client tracking on", "a get x", "b set x 2", "b set x 3", "a get x", "a set x 4", "a mget x y z x", "b mset x 1 y 2 z 3", "a mget x y z", "b del x y nope x",
		"a exists nope", "b del nope", "b set nope 1 xx", "b set nope 1 nx", "a exists nope", "b set nope 1 nx", "b set nope 1",
	},
	"flush": {
		"a client tracking on", "a get k", "b flushdb", "b flushall", "a flushall", "b set k 1", "a get k", "b select 3", "b set k 1", "b select 0", "a get k", "b select 3", "b flushdb",
		"a client tracking off", "a client tracking on bcast prefix u:", "b mset u:1 1 v:1 1", "b flushdb", "a flushdb", "a client tracking off", "a client tracking on bcast noloop", "a flushall",
	},
	"not reads": {
		"a client tracking on", "b set m 1", "a scan 0", "a dbsize", "a ping", "b set m 2", "a set m 1 xx", "b set m 5", "a set q 1 get", "b set q 2", "a pttl m", "b set m 6", "a ttl none", "b set none 1",
	},
	"transactions": {
		"a client tracking on", "a get m", "b multi", "b set m 1", "b set m 2", "b exec", "a multi", "a get m", "a get n", "a ttl o", "a exec", "b mset m 1 n 1 o 1",
		"a multi", "a get m", "a discard", "b set m 1", "a get m", "a multi", "a set m 3", "a exec", "a get m", "b multi", "b set m 1", "b discard", "b set m 2",
		"a client tracking off", "a client tracking on optin", "a client caching yes", "a multi", "a pttl m", "a get n", "a exec", "a get o", "b mset m 1 n 1 o 1",
		"a client caching yes", "a multi", "a get m", "a discard", "a get n", "b mset m 1 n 1",
		"a multi", "a client caching yes", "a get m", "a get n", "a exec", "a get o", "b mset m 1 n 1 o 1",
		"a client caching yes", "a multi", "a foo", "a exec", "a get m", "b set m 1", "a client tracking off", "a client tracking on bcast", "b multi", "b set y 1", "b set x 1", "b exec",
	},
	"noloop": {
		"a client tracking on noloop", "a get m", "a set m 1", "b set m 2", "a get m", "b set m 2",
	},
	"optin": {
		"a client tracking on optin", "a get m", "b set m 2", "a client caching yes", "a get m", "a get n", "b set m 2", "b set n 2",
		"a client caching yes", "a ping", "a get n", "b set n 2", "a client caching yes", "a client id", "a client trackinginfo", "a get n", "b set n 3",
		"a client caching yes", "a foo", "a get n", "b set n 2", "a client caching yes", "a get", "a get n", "b set n 2",
		"a client caching no", "a client caching", "a client caching foo",
	},
	"optout": {
		"a client tracking on optout", "a client caching no", "a client trackinginfo", "a get m", "a get n", "b set m 2", "b set n 2", "a client caching yes",
	},
	"bcast": {
		"a client tracking on bcast prefix u: prefix v:", "b set u:1 2", "b set v:1 2", "b set w:1 2", "b mset u:2 1 u:1 1 v:1 1 w:1 1 u:1 2", "b del u:1 u:9 u:2", "a set u:1 1", "a get w:1", "b set w:1 1",
		"a client tracking off", "a client tracking on bcast noloop", "a set k 1", "b set k 2", "b set k 1 nx", "a client trackinginfo",
	},
	"off": {
		"a client tracking on", "a get k", "a client tracking off", "b set k 2", "a client tracking on", "b set k 3", "a get k", "b set k 4", "a client tracking off", "a client trackinginfo", "a client getredir",
	},
	"errors": {
		"a client tracking", "a client tracking foo", "a client tracking on foo", "a client tracking foo bar", "a client tracking on redirect", "a client tracking on redirect abc", "a client tracking on prefix a",
		"a client tracking on optin optout", "a client tracking on bcast optin", "a client tracking on bcast prefix", "a client tracking on bcast prefix foo prefix foobar", "a client trackinginfo", "a client trackinginfo x", "a client getredir x",
		"a client caching yes", "a client caching foo", "a client tracking on bcast prefix foo prefix bar", "a client tracking on bcast prefix fo", "a client tracking on bcast prefix baz", "a client trackinginfo", "a client tracking on", "a client tracking off prefix a",
		"a client tracking on optin", "a client tracking on optout", "a client trackinginfo", "a client getredir", "a reset", "a client trackinginfo", "a client caching yes",
	},
}

func TestTrackingBesideRedis(t *testing.T) {
	r := startRedis(t)
	for name, lines := range conversations {
		t.Run(name, func(t *testing.T) {
			r.t = t
			s := start(t, memory(t))
			ours, theirs := newConversation(s.dial(), s.dial()), newConversation(r.dial(), r.dial())
			defer theirs.say("b flushall")
			for _, line := range lines {
				got, want := ours.say(line), theirs.say(line)
				if strings.HasSuffix(line, " id") {
					continue
				}
				if got != want {
					t.Errorf("%q:\n got %s\nwant %s", line, got, want)
				}
			}
		})
	}
}

// A conversation is between two clients, a and b, and their server.
type conversation map[string]*listener

func newConversation(a, b *testClient) conversation {
	c := conversation{"a": listen(a), "b": listen(b)}
	for _, l := range c {
		l.say("hello", "3")
	}
	return c
}

// say lets a client say something, and returns the reply, and what else comes to both.
func (c conversation) say(line string) string {
	who, command, _ := strings.Cut(line, " ")
	said := c[who].say(strings.Fields(command)...)
	switch command {
	case "multi":
		c[who].queues = true
	case "exec", "discard":
		c[who].queues = false
	}
	return fmt.Sprint(said, " a:", c["a"].rest(), " b:", c["b"].rest())
}

// A listener is a client that always reads.
type listener struct {
	*testClient
	heard  chan string
	queues bool // between MULTI and EXEC
}

func listen(c *testClient) *listener {
	l := &listener{testClient: c, heard: make(chan string, 100)}
	go func() {
		defer close(l.heard)
		for {
			reply, err := readReply(c.replies)
			if err != nil {
				return
			}
			l.heard <- reply
		}
	}()
	return l
}

func (l *listener) say(args ...string) string {
	l.send(encode(args...))
	return <-l.heard
}

// rest returns what a client was sent besides replies. After the second reply to what
// changes nothing, all that was there before the first has come.
func (l *listener) rest() (pushes []string) {
	if l.queues {
		return nil
	}
	for range 2 {
		for reply := l.say("client", "id"); strings.HasPrefix(reply, ">"); reply = <-l.heard {
			pushes = append(pushes, reply)
		}
	}
	return pushes
}
