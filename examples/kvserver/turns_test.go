package main

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Many large writes at once are served one after the other, where there is memory for
// one.
func TestTurnsOfLargeWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const clients = 8
		s := start(t, &slowStore{Store: memory(t), pause: time.Second}, func(l *limits) { l.memory = 12 << 20 })
		value := encode("set", "k", strings.Repeat("v", 2<<20))
		all := make([]*testClient, clients)
		for i := range all {
			all[i] = s.dial()
			go io.WriteString(all[i].conn, value)
		}
		for _, c := range all {
			if got := c.reply(); got != "OK" {
				t.Errorf("set: %s", got)
			}
		}
		if err := s.turns.all.Acquire(t.Context(), int64(s.turns.size)); err != nil {
			t.Error("a turn has not ended")
		}
	})
}

// Whoever has a turn and sends nothing holds others up for a while; they go on without.
func TestTurnOfStalledClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t), func(l *limits) { l.memory = 12 << 20 })
		stalled, other := s.dial(), s.dial()
		value := encode("set", "k", strings.Repeat("v", 2<<20))
		stalled.send(value[:64<<10])
		go io.WriteString(other.conn, value)
		if got := elapsed(func() {
			if got := other.reply(); got != "OK" {
				t.Errorf("set: %s", got)
			}
		}); got != turnTime {
			t.Errorf("another waited %v, want %v", got, turnTime)
		}
		// One that waits does not keep the server from stopping.
		go readReply(other.replies)
		go io.WriteString(other.conn, value)
		synctest.Wait()
		if d := elapsed(s.stop); d > s.limits.graceTime {
			t.Errorf("the server stopped after %v", d)
		}
	})
}

// Whoever leaves does not hold up others while it is told why, which it need not read.
func TestTurnOfLeavingClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		synctest.Wait()
		free := s.budget.Left()
		value := encode("set", "k", strings.Repeat("v", 2<<20))
		c.send(strings.TrimSuffix(value, "\r\n") + "no")
		synctest.Wait()
		if !s.turns.all.TryAcquire(int64(s.turns.size)) {
			t.Error("the turn of a client that leaves has not ended")
		}
		if left := s.budget.Left(); left != free {
			t.Errorf("%d bytes are charged", free-left)
		}
		if got := c.reply(); !strings.HasPrefix(got, "-ERR Protocol error") {
			t.Error(got)
		}
	})
}
