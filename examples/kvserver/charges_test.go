package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/otelkv/otelkv/kvdb"
)

// A scale is an engine that looks at what is charged each time that it is asked, and when
// it has a copy of a value.
type scale struct {
	*kvdb.Memory
	look func()
}

func (s *scale) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	return s.Memory.GetSized(ctx, key, func(size int) []byte {
		dst := room(size)
		s.look()
		return dst
	})
}

func (s *scale) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	defer s.look()
	return s.Memory.GetManySized(ctx, keys, room)
}

func (s *scale) Exists(ctx context.Context, key []byte) (bool, error) {
	s.look()
	return s.Memory.Exists(ctx, key)
}

func (s *scale) Put(ctx context.Context, key, value []byte) error {
	s.look()
	return s.Memory.Put(ctx, key, value)
}

func (s *scale) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	s.look()
	return s.Memory.Apply(ctx, muts)
}

func (s *scale) CompareAndSwap(ctx context.Context, key, old, new []byte) (bool, error) {
	s.look()
	return s.Memory.CompareAndSwap(ctx, key, old, new)
}

func (s *scale) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	s.look()
	return s.Memory.Scan(ctx, r)
}

// What clients make the server hold is charged in full. Each of these is what a client
// holds at its peak, and no more than the rest of a command takes beside it may hide
// that half of it is missing.
func TestCharges(t *testing.T) {
	const (
		mega = 1 << 20
		most = 12 << 10 // the buffers of a client, which come and go
	)
	value := func(n int) string { return strings.Repeat("v", n) }
	repeated := func(name string, n int) []string {
		args := []string{name}
		for i := range n {
			args = append(args, fmt.Sprintf("%0100d", i))
		}
		return args
	}
	for _, tt := range []struct {
		name   string
		before [][]string // their replies are read
		run    []string   // its reply is not, but for one that waits
		want   int        // what is charged at the peak at least, besides what was before run
	}{
		// 24 bytes and its own for each argument as it comes, and 160 while the command runs.
		{"many keys", nil, repeated("del", 2000), 2000 * (100 + 24 + 160)},
		{"a value that is written", nil, []string{"set", "k", value(500_000)}, 500_000 + 500_000},
		{"a large one, of which the engine has copies", nil, []string{"set", "k", value(2 * mega)}, (1 + 3) * 2 * mega},
		{"a value that is read, and not yet let go of", [][]string{{"set", "k", value(mega)}}, []string{"get", "k"}, 2 * mega},
		{"several values", [][]string{{"set", "k", value(mega / 2)}}, []string{"mget", "k", "k"}, mega},
		{"a value that is read for a condition", [][]string{{"set", "k", value(mega)}}, []string{"set", "k", "w", "xx"}, 2 * mega},
		{"a value that is sent back", nil, []string{"echo", value(mega)}, mega + mega},
		{"a value that is exchanged", [][]string{{"set", "k", value(mega)}}, []string{"set", "k", "w", "get"}, 2 * mega},
		{"keys in a reply", [][]string{append([]string{"mset"}, pairs(2000, 500)...)}, []string{"keys", "*"}, 2000 * 500},
		{"keys that are flushed", [][]string{append([]string{"mset"}, pairs(100, 500)...)}, []string{"flushall"}, 2*256<<10 + 1024*160},
		{"a command that waits for EXEC", [][]string{{"multi"}}, []string{"set", "k", value(mega)}, mega},
		{"values in a transaction", [][]string{{"set", "k", value(mega)}, {"multi"}, {"get", "k"}}, []string{"exec"}, 5 * mega / 2},
		{"keys that are watched", nil, repeated("watch", 2000), 2000 * (2*100 + 192)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &scale{Memory: memory(t)}
				var peak atomic.Int64
				store.look = func() {}
				s := start(t, store)
				c := s.dial()
				for _, args := range tt.before {
					go io.WriteString(c.conn, encode(args...))
					if got := c.reply(); strings.HasPrefix(got, "-") {
						t.Fatalf("%.100q: %.100s", args, got)
					}
				}
				synctest.Wait()
				before := s.budget.Left()
				store.look = func() { peak.Store(max(peak.Load(), int64(before-s.budget.Left()))) }
				go io.WriteString(c.conn, encode(tt.run...))
				synctest.Wait()
				store.look() // while nobody reads the reply
				if got := int(peak.Load()); got < tt.want-most {
					t.Errorf("%d bytes are charged, want %d", got, tt.want)
				}
				s.empty(c)
			})
		})
	}
}

// pairs returns keys of a length, each with a value of a byte.
func pairs(n, length int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%0*d", length, i), "v")
	}
	return all
}

// A client that does nothing costs some 22 KiB.
func TestChargeOfAClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const clients = 20
		s := start(t, memory(t))
		for range clients {
			s.dial()
		}
		synctest.Wait()
		if taken := s.limits.memory - s.budget.Left(); taken < clients*22<<10 {
			t.Errorf("%d bytes are charged for %d clients", taken, clients)
		}
	})
}

// The list of all clients is there twice while it is written.
func TestChargeOfAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const clients = 100
		s := start(t, memory(t))
		for range clients {
			s.dial()
		}
		c := s.dial()
		synctest.Wait()
		before := s.budget.Left()
		go io.WriteString(c.conn, encode("client", "list"))
		synctest.Wait()
		if taken := before - s.budget.Left(); taken < 2*clients*maxCard {
			t.Errorf("%d bytes are charged for %d lines", taken, clients)
		}
	})
}

// In a transaction, the text is there, a copy of it, and the reply, which waits.
func TestChargeOfAListInTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const clients = 100
		s := start(t, memory(t))
		for range clients {
			s.dial()
		}
		c := s.dial()
		c.do("multi")
		c.do("client", "list")
		synctest.Wait()
		before := s.budget.Left()
		go io.WriteString(c.conn, encode("exec"))
		synctest.Wait()
		if taken := before - s.budget.Left(); taken < 3*clients*maxCard {
			t.Errorf("%d bytes are charged for %d lines", taken, clients)
		}
	})
}

// A client with more than small replies has buffers for them.
func TestChargeOfReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		c.do("set", "k", strings.Repeat("v", fullReply/2))
		synctest.Wait()
		before := s.budget.Left()
		go io.WriteString(c.conn, strings.Repeat(encode("get", "k"), 2))
		synctest.Wait()
		// Two replies in a buffer that has doubled, and a value.
		if taken := before - s.budget.Left(); taken < 3*fullReply-smallReply {
			t.Errorf("%d bytes are charged", taken)
		}
	})
}
