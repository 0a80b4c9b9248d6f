package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// tracker returns a client that has said HELLO 3 and CLIENT TRACKING.
func (s *testServer) tracker(options ...string) *testClient {
	s.t.Helper()
	c := s.dial()
	c.do("hello", "3")
	if got := c.do(append([]string{"client", "tracking", "on"}, options...)...); got != "OK" {
		s.t.Fatal(got)
	}
	return c
}

// A heldStore finds out what is under a key, and tells nobody until it may.
type heldStore struct {
	kvdb.Store
	found, tell chan struct{}
}

func (s *heldStore) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := s.Store.Get(ctx, key)
	s.found <- struct{}{}
	<-s.tell
	return value, err
}

// The engine has read the old value, and then a whole write passes by, before the
// reader has its reply: the invalidation comes behind it. In front of it the client
// would drop what it has not got yet, and keep the old value.
func TestInvalidationBehindTheValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &heldStore{Store: memory(t), found: make(chan struct{}), tell: make(chan struct{})}
		s := start(t, plainStore{store})
		reader, writer := s.tracker(), s.dial()
		writer.do("set", "k", "old")
		reader.send(encode("get", "k") + encode("ping"))
		<-store.found
		if got := writer.do("set", "k", "new"); got != "OK" {
			t.Fatal(got)
		}
		synctest.Wait()
		store.tell <- struct{}{}
		for _, want := range []string{`"old"`, `>["invalidate" ["k"]]`, "PONG"} {
			if got := reader.reply(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

// A client that waits for nothing is told at once, and one that has gone is forgotten.
func TestTrackingClientsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		writer := s.dial()
		writer.do("set", "k", "1")
		stays, leaves, breaks, resets := s.tracker(), s.tracker(), s.tracker("bcast"), s.tracker()
		for _, c := range []*testClient{stays, leaves, resets} {
			c.do("mget", "k", "l")
		}
		if got := fmt.Sprint(s.tracks.Totals()); got != "{4 2 6 1}" {
			t.Errorf("clients, keys, items, prefixes: %s", got)
		}
		leaves.do("quit")
		breaks.conn.Close()
		resets.do("reset")
		synctest.Wait()
		if got := fmt.Sprint(s.tracks.Totals()); got != "{1 2 2 0}" {
			t.Errorf("then %s", got)
		}
		writer.do("mset", "k", "2", "l", "2")
		if got := stays.reply() + stays.reply(); got != `>["invalidate" ["k"]]>["invalidate" ["l"]]` {
			t.Errorf("told %s", got)
		}
		if got := resets.do("get", "k"); got != `"2"` {
			t.Errorf("after RESET: %s", got)
		}
		s.empty(writer, stays, resets)
	})
}

// A client that does not read its invalidations makes nobody wait, takes a bounded
// memory, and misses none: it is told to drop all keys.
func TestTrackingClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		slow, writer := s.tracker("bcast"), s.dial()
		before := s.budget.Left()
		for range 3 * maxOutbox / len(hint) {
			writer.do("set", "k", "v")
		}
		if taken := before - s.budget.Left(); taken > 3*maxOutbox { // each is charged twice, and some are being written
			t.Errorf("%d bytes are waiting", taken)
		}
		var got []string
		for len(got) == 0 || got[len(got)-1] != `>["invalidate" _]` {
			got = append(got, slow.reply())
		}
		synctest.Wait()
		if n := len(got); n > 2*maxOutbox/len(hint) {
			t.Errorf("%d messages before the one that replaces others", n)
		}
		go slow.send(encode("echo", "end"))
		for reply := ""; reply != `"end"`; {
			if reply = slow.reply(); reply == `>["invalidate" _]` {
				t.Error("told again to drop all keys")
			}
		}

		// One that never reads is cut off like any other.
		writer.do("set", "k", "v")
		time.Sleep(s.limits.replyTime)
		synctest.Wait()
		if n := s.tracks.Totals().Clients; n != 0 {
			t.Error("it is still there")
		}
		s.empty(writer)
	})
}

// No OK without invalidations.
func TestTrackingRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		for _, tt := range []struct{ command, want string }{
			{"client tracking on", "-ERR " + string(errNoPushes)},
			{"client tracking on bcast", "-ERR " + string(errNoPushes)},
			{"client tracking off", "OK"},
			{"hello 3", ""},
			{"client tracking on redirect 1", "-ERR CLIENT TRACKING with REDIRECT is not supported: track on the connection that reads, after HELLO 3"},
			{"client getredir", ":-1"},
			{"client tracking on", "OK"},
			{"hello 2", "-ERR " + string(errLosesInvalidations)},
			{"client trackinginfo", `%["flags" ~["on"] "redirect" :0 "prefixes" []]`},
			{"hello 3", ""},
			{"client tracking off", "OK"},
			{"hello 2", ""},
			{"client trackinginfo", `["flags" ["off"] "redirect" :-1 "prefixes" []]`},
		} {
			if got := c.do(strings.Fields(tt.command)...); got != tt.want && tt.want != "" {
				t.Errorf("%s: %s, want %s", tt.command, got, tt.want)
			}
		}

		expires := start(t, &ttlStore{Store: memory(t)}).dial()
		expires.do("hello", "3")
		if got := expires.do("client", "tracking", "on"); got != "-ERR engine test does not support CLIENT TRACKING" {
			t.Errorf("with an engine whose keys expire: %s", got)
		}
		if got := expires.do("pttl", "k"); got != "-ERR engine test does not support PTTL" {
			t.Errorf("with an engine whose keys expire: %s", got)
		}
	})
}

// What others can see of it.
func TestTrackingIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.tracker("bcast", "prefix", "a", "prefix", "b")
		reader := s.tracker()
		reader.do("mget", "k", "l")
		for _, tt := range []struct{ command, want string }{
			{"client info", " flags=tB "},
			{"client info", " redir=0 "},
			{"info clients", `\r\ntracking_clients:2\r\n`},
			{"info stats", `\r\ntracking_total_keys:2\r\ntracking_total_items:2\r\ntracking_total_prefixes:2\r\n`},
			{"config get tracking*", `"tracking-table-max-keys" "1000000"`},
		} {
			if got := c.do(strings.Fields(tt.command)...); !strings.Contains(got, tt.want) {
				t.Errorf("%s: %s, want %s", tt.command, got, tt.want)
			}
		}
		c.do("client", "tracking", "off")
		if got := c.do("client", "info"); !strings.Contains(got, " flags=N ") || !strings.Contains(got, " redir=-1 ") {
			t.Errorf("after OFF: %s", got)
		}
	})
}
