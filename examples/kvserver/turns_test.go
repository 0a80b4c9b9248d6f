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

// An announcement takes no memory, and one of more than there is holds up nobody.
func TestAnnouncement(t *testing.T) {
	const (
		free  = 12 << 20 / 8 * 7
		small = 128 << 10 // the buffer and what has come
	)
	for _, tt := range []struct {
		name   string
		args   []string
		others time.Duration // wait
	}{
		{"a value that fits", []string{"set", "k", strings.Repeat("v", free/5)}, turnTime},
		{"a value that is too large", []string{"set", "k", strings.Repeat("v", free/4+1)}, 0},
		{"a value of all memory", []string{"mset", "k", strings.Repeat("v", free-1)}, 0},
		{"a message", []string{"echo", strings.Repeat("v", free/2-64<<10)}, turnTime},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := start(t, memory(t), func(l *limits) { l.memory = free / 7 * 8 })
			c, other := s.dial(), s.dial()
			synctest.Wait()
			before := s.budget.Left()
			announced := encode(tt.args...)
			c.send(announced[:20<<10])
			synctest.Wait()
			if charged := before - s.budget.Left(); charged > small {
				t.Errorf("%s: the announcement takes %d bytes", tt.name, charged)
			}
			go io.WriteString(other.conn, encode("set", "l", strings.Repeat("v", 2<<20)))
			if took := elapsed(func() { other.reply() }); took != tt.others {
				t.Errorf("%s: another waited %v, want %v", tt.name, took, tt.others)
			}
			go io.WriteString(c.conn, announced[20<<10:])
			got := c.reply()
			if refused := got == "-ERR "+string(errRunning); refused != (tt.others == 0) {
				t.Errorf("%s: %.100s", tt.name, got)
			}
			if got := c.do("ping"); got != "PONG" {
				t.Errorf("%s: ping: %.100s", tt.name, got)
			}
		})
	}
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
