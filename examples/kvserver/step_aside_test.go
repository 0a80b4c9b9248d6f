package main

import (
	"io"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever does not read the reply of a large write keeps no other write waiting.
func TestRepliesOutsideOfTurns(t *testing.T) {
	value := strings.Repeat("v", 2*heavy)
	for _, commands := range [][]string{
		{encode("set", "k", value, "get")},
		{encode("multi"), encode("set", "x", value), encode("get", "k"), encode("exec")},
		{encode("echo", value)}, // a large argument has a turn, too
	} {
		synctest.Test(t, func(t *testing.T) {
			store := memory(t)
			s := start(t, store, func(l *limits) { l.memory = 32 << 20 })
			if err := store.Put(t.Context(), []byte("k"), []byte(value)); err != nil {
				t.Fatal(err)
			}
			slow, other := s.dial(), s.dial()
			for i, command := range commands {
				if i < len(commands)-1 {
					go io.WriteString(slow.conn, command)
					slow.reply()
				}
			}
			slow.send(commands[len(commands)-1])
			synctest.Wait() // its reply is there, and is not read
			go io.WriteString(other.conn, encode("set", "other", value))
			if took := elapsed(func() {
				if got := other.reply(); got != "OK" {
					t.Errorf("set: %s", got)
				}
			}); took > 0 {
				t.Errorf("%.30q keeps another write waiting for %v", commands, took)
			}
			if got := slow.reply(); !strings.Contains(got, value) {
				t.Errorf("%.30q: %.100s", commands, got)
			}
		})
	}
}

// Whoever waits for a turn is told what others have to say.
func TestMessagesWhileWaiting(t *testing.T) {
	value := encode("set", "k", strings.Repeat("v", 2*heavy))
	for name, hold := range map[string]func(s *testServer){
		"of arguments": func(s *testServer) { s.dial().send(value[:64<<10]) },
		"of writes":    func(s *testServer) { s.heavy <- struct{}{} },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := start(t, memory(t), func(l *limits) { l.memory = 12 << 20 })
			c, other := s.dial(), s.dial()
			c.do("hello", "3")
			c.do("client", "tracking", "on", "bcast")
			hold(s)
			synctest.Wait()
			go io.WriteString(c.conn, value)
			synctest.Wait()
			other.do("set", "other", "v")
			if took := elapsed(func() {
				if got := c.reply(); got != `>["invalidate" ["other"]]` {
					t.Errorf("%s: %s", name, got)
				}
			}); took > 0 {
				t.Errorf("%s: a message came after %v", name, took)
			}
			if name == "of writes" {
				<-s.heavy
			}
			for got := ""; got != "OK"; { // and one that the key has changed
				if got = c.reply(); got != "OK" && got[0] != '>' {
					t.Fatalf("%s: %s", name, got)
				}
			}
		})
	}
}

// A value of a size that fits with its copies can be exchanged for another of that size.
func TestExchangeFits(t *testing.T) {
	has, err := newCapacity(defaultMemory, 0, 0, engine{divide: dividePebble})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, memory(t), func(l *limits) { l.memory = has.limits().memory })
	c := s.dial()
	value := strings.Repeat("v", 16<<20)
	for _, want := range []string{"nil", `"` + value + `"`} {
		go io.WriteString(c.conn, encode("set", "k", value, "get"))
		if got := c.reply(); got != want {
			t.Errorf("%.100s, want %.10s", got, want)
		}
	}
}

// A turn counts all large arguments of a command, as they come.
func TestTurnsCountAllArguments(t *testing.T) {
	const free = 14 << 20
	mset := func(values, size int) string {
		args := []string{"mset"}
		for range values {
			args = append(args, "k", strings.Repeat("v", size))
		}
		return encode(args...)
	}
	for _, tt := range []struct {
		name   string
		begun  string
		others time.Duration // wait
	}{
		{"two that fit", mset(2, 3<<19)[:3<<19+64<<10], turnTime},
		{"two that do not", mset(2, 3<<20)[:3<<20+64<<10], 0},
		{"many that are not large", mset(3, heavy-1)[:2*heavy+64<<10], turnTime},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := start(t, memory(t), func(l *limits) { l.memory = free / 7 * 8 })
			c, other := s.dial(), s.dial()
			c.send(tt.begun)
			synctest.Wait()
			go io.WriteString(other.conn, encode("set", "l", strings.Repeat("v", 2<<20)))
			if took := elapsed(func() { other.reply() }); took != tt.others {
				t.Errorf("%s: another waited %v, want %v", tt.name, took, tt.others)
			}
		})
	}
}

// Copies of the largest values are more than any budget has, whatever the size of an int.
func TestTimes(t *testing.T) {
	for _, bytes := range []int{0, 1, 1 << 20, 1 << 30, math.MaxInt} {
		if got := times(5, bytes); got < bytes && got < math.MaxInt/2 || got < 0 {
			t.Errorf("5 times %d are %d", bytes, got)
		}
		if all := bytes/4 + engineCopies(bytes/4); all < bytes/4 {
			t.Errorf("%d and its copies are %d", bytes/4, all)
		}
	}
}
