package main

import (
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// only returns the client that is connected.
func (s *testServer) only() *client {
	s.t.Helper()
	var found *client
	s.each(func(c *client) { found = c })
	return found
}

const hint = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"

// A push reaches a client that waits for nothing, at once.
func TestPushToSilentClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		c.do("hello", "3")
		synctest.Wait()
		for range 3 {
			if !s.only().push([]byte(hint)) {
				t.Fatal("no room")
			}
			if got := c.reply(); got != `>["invalidate" ["k"]]` {
				t.Errorf("%s", got)
			}
		}
		if got := c.do("ping"); got != "PONG" {
			t.Errorf("ping: %s", got)
		}
		// It is as idle as before, and its commands have as long.
		c.send("*1\r\n$4\r\npi")
		synctest.Wait()
		time.Sleep(defaultLimits.requestTime / 2)
		s.only().push([]byte(hint))
		c.reply()
		if d := elapsed(c.closed); d != defaultLimits.requestTime/2 {
			t.Errorf("half a command was given up %v after a push", d)
		}
		synctest.Wait()
		if s.budget.Left() != s.limits.memory {
			t.Error("the budget has not got its bytes back")
		}
	})
}

// A push never stands in the middle of a reply, and comes behind the replies of
// commands that ran before.
func TestPushBetweenReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		c.do("hello", "3")
		value := strings.Repeat("v", fullReply)
		c.do("set", "k", value)
		go c.send(encode("mget", "k", "k", "k") + encode("ping"))
		synctest.Wait() // the server has read the values, and the client has not
		s.only().push([]byte(hint))
		if got := c.reply(); strings.Count(got, value) != 3 {
			t.Errorf("the reply has %d bytes", len(got))
		}
		got := []string{c.reply(), c.reply()}
		if strings.Join(got, " ") != `>["invalidate" ["k"]] PONG` {
			t.Errorf("then %q", got)
		}
	})
}

// A client that does not read costs a bounded memory, and those who send it
// messages no time.
func TestPushToClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		c.do("hello", "3")
		to := s.only()
		n := 0
		for to.push([]byte(hint)) {
			n++
			synctest.Wait()
		}
		if most := 2 * maxOutbox / len(hint); n < most/4 || n > most {
			t.Errorf("%d messages are waiting, want at most %d", n, most)
		}
		to.outbox.drop()
		if !to.push([]byte(hint)) {
			t.Error("no room after the messages were dropped")
		}
		time.Sleep(defaultLimits.replyTime)
		synctest.Wait()
		if to.push([]byte(hint)) {
			t.Error("a client that has gone takes messages")
		}
		if s.budget.Left() != s.limits.memory {
			t.Error("the budget has not got its bytes back")
		}
	})
}

// In version 2 a push would be taken for a reply.
func TestNoPushInVersion2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		if got := c.do("ping"); got != "PONG" {
			t.Errorf("ping: %s", got)
		}
		s.only().push([]byte(hint))
		synctest.Wait()
		if got := c.do("ping"); got != "PONG" {
			t.Errorf("ping: %s", got)
		}
	})
}

// Pushes do not keep a server from stopping.
func TestPushWhileStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		c.do("hello", "3")
		to := s.only()
		go s.stop()
		synctest.Wait()
		to.push([]byte(hint))
		if got := c.reply(); got != `>["invalidate" ["k"]]` {
			t.Errorf("%s", got)
		}
		if d := elapsed(c.closed); d != defaultLimits.graceTime {
			t.Errorf("the client was closed after %v", d)
		}
	})
}

func TestPushesFromEverywhere(t *testing.T) {
	s := start(t, memory(t))
	c := s.dial()
	c.do("hello", "3")
	to := s.only()
	const senders, each = 8, 200
	var senting sync.WaitGroup
	for range senders {
		senting.Go(func() {
			for range each {
				to.push([]byte(hint))
			}
		})
	}
	go io.WriteString(c.conn, strings.Repeat(encode("get", "k"), each))
	pushes, replies := 0, 0
	for pushes < senders*each || replies < each {
		switch got := c.reply(); got {
		case `>["invalidate" ["k"]]`:
			pushes++
		case "_":
			replies++
		default:
			t.Fatalf("%s", got)
		}
	}
	senting.Wait()
}

// A watcher hears of each key that was written, or may have been.
func TestWatcher(t *testing.T) {
	store := memory(t)
	heard := new(hearer)
	for name, k := range map[string]*keyspace{
		"swaps": newKeyspace(store, "test"),
		"looks": newKeyspace(plainStore{store}, "test"),
		"fails": newKeyspace(failingStore{err: io.ErrUnexpectedEOF}, "test"),
	} {
		t.Run(name, func(t *testing.T) {
			k.watchers = []watcher{heard}
			c := newTestClient(store)
			c.keys = k.as(7)
			for _, line := range []string{"set k 1", "set k 2 nx", "set k 3 xx", "del x", "get k", "del k k", "del k"} {
				c.run(t.Context(), splitWords(line))
			}
			if got := heard.take(); got != "7:k 7:k 7:k" {
				t.Errorf("heard %q", got)
			}
			if k.db.batcher != nil {
				c.run(t.Context(), splitWords("mset a 1 b 2"))
				if got := heard.take(); got != "7:a 7:b" {
					t.Errorf("heard %q of an MSET", got)
				}
			}
		})
	}
}

func splitWords(line string) (args [][]byte) {
	for _, word := range strings.Fields(line) {
		args = append(args, []byte(word))
	}
	return args
}

type hearer struct{ heard []string }

func (h *hearer) changed(c change) {
	h.heard = append(h.heard, string('0'+rune(c.by))+":"+string(c.key))
}

func (h *hearer) take() string {
	defer func() { h.heard = nil }()
	return strings.Join(h.heard, " ")
}

func TestOutboxIsClosedAtFirst(t *testing.T) {
	var o outbox
	if _, ok := o.put([]byte(hint)); ok {
		t.Error("a zero outbox takes messages")
	}
	o.open(resp.NewBudget(2 * len(hint)))
	if first, ok := o.put([]byte(hint)); !ok || !first {
		t.Error("an open outbox takes no message")
	}
	if _, ok := o.put([]byte(hint)); ok {
		t.Error("more than the budget")
	}
}

// Messages are charged until they are written, and not only until they are taken.
func TestPushIsChargedUntilItIsWritten(t *testing.T) {
	c := newTestClient(memory(t))
	c.out.SetVersion(resp.Version3)
	before := c.server.budget.Left()
	c.push([]byte(hint))
	c.deliver()
	if charged := before - c.server.budget.Left(); charged < 2*len(hint) {
		t.Errorf("%d bytes are charged for a message that has not been written", charged)
	}
	if err := c.flush(); err != nil {
		t.Error(err)
	}
	if c.server.budget.Left() != before {
		t.Error("it is charged after it has been written")
	}
}

// A message that comes while a client leaves does not end the wait for it.
func TestWakeWhileLeaving(t *testing.T) {
	var conn deadlines
	p := patience{conn: &conn}
	p.arm(time.Minute)
	p.wake()
	p.deafen()
	p.wake()
	p.arm(time.Hour)
	p.wake()
	if time.Until(conn.read) < time.Minute || p.slept() {
		t.Errorf("reads end at %v", conn.read)
	}
}

type deadlines struct {
	discard
	read time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.read = at
	return nil
}
