package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// A copier counts the bytes of values that it copies.
type copier struct {
	kvdb.Store
	kvdb.Batcher
	kvdb.Swapper
	m      *kvdb.Memory
	copied int
	gets   int
}

func newCopier(t *testing.T) *copier {
	m := memory(t)
	return &copier{Store: m, Batcher: m, Swapper: m, m: m}
}

func (s *copier) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := s.m.Get(ctx, key)
	s.copied += len(value)
	return value, err
}

func (s *copier) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	value, err := s.m.GetSized(ctx, key, room)
	s.copied += len(value)
	s.gets++
	return value, err
}

func (s *copier) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	values, err := s.m.GetManySized(ctx, keys, room)
	for _, value := range values {
		s.copied += len(value)
	}
	return values, err
}

// Whatever reads a value asks the budget before there is a copy of it, also of one that
// this server has not written.
func TestRoomBeforeCopy(t *testing.T) {
	const refused = "-ERR " + string(errBudget)
	for _, tt := range []struct{ commands, reply string }{
		{"get k", refused},
		{"mget k", refused},
		{"mget x k", refused},
		{"set k v get", refused},
		{"set k v nx get", refused},
		{"set k v xx", refused}, // the engine compares it
		{"exists k", ":1"},
		{"type k", "string"},
		{"set k v nx", "nil"},
		{"multi, get k, get x, exec", "[" + refused + " nil]"},
		{"multi, mget x k, get x, exec", "[" + refused + " nil]"},
		{"multi, set k v get, get x, exec", "[" + refused + " nil]"},
		{"multi, exists k, set k v nx, exec", "[:1 nil]"},
	} {
		t.Run(tt.commands, func(t *testing.T) {
			store := newCopier(t)
			s := start(t, store, func(l *limits) { l.memory = 2 << 20 })
			if err := store.m.Put(t.Context(), []byte("k"), make([]byte, 4<<20)); err != nil {
				t.Fatal(err)
			}
			c := s.dial()
			var got string
			for command := range strings.SplitSeq(tt.commands, ", ") {
				got = c.do(strings.Fields(command)...)
			}
			if got != tt.reply {
				t.Errorf("%.200s, want %s", got, tt.reply)
			}
			if store.copied > 0 {
				t.Errorf("%d bytes were copied", store.copied)
			}
			if got := c.do("get", "x"); got != "nil" {
				t.Errorf("get: %s", got)
			}
			if v, err := store.m.Get(t.Context(), []byte("k")); err != nil || len(v) != 4<<20 {
				t.Errorf("the value has %d bytes, %v", len(v), err)
			}
		})
	}
}

// One large value is no reason to read others one by one, and a large one does not
// keep others from being read in the same call.
func TestManyBesideLarge(t *testing.T) {
	tally := kvtest.NewTally(memory(t))
	s := start(t, tally)
	c := s.dial()
	large := strings.Repeat("v", 2*maxManyBytes)
	go io.WriteString(c.conn, encode("set", "large", large))
	c.reply()
	c.do("mset", "a", "1", "b", "2")
	if got := c.do("mget", "a", "b"); got != `["1" "2"]` || tally.Count("BATCH get", "ok") != 1 || tally.Count("get", "ok") != 0 {
		t.Errorf("%s, and %v", got, tally.Counts())
	}
	if got := c.do("mget", "a", "large", "b", "x"); got != `["1" "`+large+`" "2" nil]` {
		t.Errorf("%.100s", got)
	}
	if got := c.do("mget", "large", "large"); got != `["`+large+`" "`+large+`"]` {
		t.Errorf("%.100s", got)
	}
	if taken := s.budget.Size() - s.budget.Left() - replyMemory - clientMemory; taken > 2*resp16K {
		t.Errorf("%d bytes are charged afterwards", taken)
	}
}

const resp16K = 16 << 10 // the buffer of commands

// A client that has read half of an MGET when memory is out keeps its connection, and
// the other half.
func TestManyWithoutMemory(t *testing.T) {
	for name, wrap := range map[string]func(*copier) kvdb.Store{
		"in one call": func(s *copier) kvdb.Store { return s },
		"one by one": func(s *copier) kvdb.Store {
			return struct {
				kvdb.Store
				kvdb.SizedGetter
			}{s, s}
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := newCopier(t)
			s := start(t, wrap(store), func(l *limits) { l.memory = 2 << 20 })
			middle, large := strings.Repeat("v", 2*fullReply), make([]byte, 4<<20)
			if err := errors.Join(store.m.Put(t.Context(), []byte("k"), []byte(middle)), store.m.Put(t.Context(), []byte("l"), large)); err != nil {
				t.Fatal(err)
			}
			c := s.dial()
			if got, want := c.do("mget", "k", "l", "k"), `["`+middle+`" -ERR `+string(errBudget)+` "`+middle+`"]`; got != want {
				t.Errorf("%d bytes, %.100s", len(got), strings.ReplaceAll(got, middle, "middle"))
			}
			if got := c.do("ping"); got != "PONG" {
				t.Errorf("ping: %s", got)
			}
		})
	}
}

// What has written is not refused for want of memory for its reply.
func TestTransactionIsNotRefusedAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const least = 24 << 10
		var whole, refused, none int
		for left := least; left < least+20_000; left += 500 {
			store := newCopier(t)
			s := start(t, store, func(l *limits) { l.memory = 1 << 20 })
			c := s.dial()
			c.do("set", "k", strings.Repeat("v", 500))
			c.do("multi")
			for range 10 {
				c.do("get", "k")
				c.do("set", "l", "1")
			}
			synctest.Wait()
			s.budget.Take(s.budget.Left() - s.budget.Size()/8 - left + least)
			switch got := c.do("exec"); {
			case strings.HasPrefix(got, "-EXECABORT"):
				none++
				if _, err := store.m.Get(t.Context(), []byte("l")); err != kvdb.ErrNotFound {
					t.Errorf("a transaction that was refused has written: %v", err)
				}
			case strings.Count(got, "OK") != 10:
				t.Errorf("with %d bytes: %.300s", left, got)
			case strings.Contains(got, "-ERR"):
				refused++
			default:
				whole++
			}
			s.stop()
		}
		if whole == 0 || refused == 0 || none == 0 {
			t.Errorf("%d whole, %d with reads refused, %d refused", whole, refused, none)
		}
	})
}
