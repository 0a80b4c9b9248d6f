package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// Others write to a remote engine between the operations of one command: what then
// holds no more is what the greeting says, and nothing else.
func TestOthersWriteBetween(t *testing.T) {
	for _, s := range []struct {
		name, before, between string // the value then; nothing is no value
		commands              []string
		replies               []string
		after                 string
		told                  string
	}{
		{"DEL", "v", "", []string{"del k"}, []string{":1"}, "_", "the count of DEL"},
		{"GET", "v", "w", []string{"set k mine get"}, []string{`"w"`}, `"mine"`, ""},
		{"GET of nothing", "", "w", []string{"set k mine get"}, []string{`"w"`}, `"mine"`, ""},
		{"GET of what goes", "v", "", []string{"set k mine get"}, []string{"_"}, `"mine"`, ""},
		{"GET of a large value", strings.Repeat("v", 1<<20), "w", []string{"set k mine get"}, []string{`"w"`}, `"mine"`, ""},
		{"GET with EX", "v", "w", []string{"set k mine get ex 10"}, []string{`"v"`}, `"mine"`, "the reply of SET with both GET and EX or PX"},
		{"NX with GET", "", "w", []string{"set k mine nx get"}, []string{`"w"`}, `"w"`, ""},
		{"XX with GET", "v", "", []string{"set k mine xx get"}, []string{"_"}, "_", ""},
		{"NX in a transaction", "", "w", []string{"multi", "set k mine nx", "exec"}, []string{"OK", "QUEUED", "[OK]"}, `"mine"`, "NX and XX in a transaction"},
		{"NX with GET in a transaction", "", "w", []string{"multi", "set k mine nx get", "exec"}, []string{"OK", "QUEUED", "[_]"}, `"mine"`, "NX and XX in a transaction"},
		{"GETs of a transaction", "v", "w", []string{"multi", "get k", "get k", "exec"}, []string{"OK", "QUEUED", "QUEUED", `["v" "w"]`}, `"w"`, "what a transaction reads"},
		{"XX", "v", "", []string{"set k mine xx"}, []string{"_"}, "_", ""},
		{"NX", "", "w", []string{"set k mine nx"}, []string{"OK"}, `"mine"`, ""}, // there is no between
	} {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &sharedStore{Memory: memory(t)}
				c := start(t, store).dial()
				c.do("hello", "3")
				if s.before != "" {
					c.do("set", "k", s.before)
				}
				store.after = func(key []byte) error {
					if s.between == "" {
						return store.Memory.Delete(t.Context(), key)
					}
					return store.Memory.Put(t.Context(), key, []byte(s.between))
				}
				for i, command := range s.commands {
					if got := c.do(strings.Fields(command)...); got != s.replies[i] {
						t.Errorf("%s: %s, want %s", command, got, s.replies[i])
					}
				}
				if got := c.do("get", "k"); got != s.after {
					t.Errorf("then there is %s, want %s", got, s.after)
				}
				if told := (engine{name: "test", remote: true}).shared(); !strings.Contains(told, s.told) {
					t.Errorf("%q is not told: %s", s.told, told)
				}
			})
		})
	}
}

// A sharedStore is a remote one to which somebody else writes once, after the next look
// at a key.
type sharedStore struct {
	*kvdb.Memory
	after func(key []byte) error
}

func (s *sharedStore) Describe() kvdb.Info { return kvdb.Info{System: "test", Remote: true} }

// PutTTL forgets the time: nobody waits for its end.
func (s *sharedStore) PutTTL(ctx context.Context, key, value []byte, _ time.Duration) error {
	return s.Memory.Put(ctx, key, value)
}

func (s *sharedStore) looked(key []byte) error {
	after := s.after
	s.after = nil
	if after == nil {
		return nil
	}
	return after(key)
}

func (s *sharedStore) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := s.Memory.Get(ctx, key)
	if lookErr := s.looked(key); lookErr != nil {
		return nil, lookErr
	}
	return value, err
}

func (s *sharedStore) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	value, err := s.Memory.GetSized(ctx, key, room)
	if lookErr := s.looked(key); lookErr != nil {
		return nil, lookErr
	}
	return value, err
}

func (s *sharedStore) Exists(ctx context.Context, key []byte) (bool, error) {
	found, err := s.Memory.Exists(ctx, key)
	if lookErr := s.looked(key); lookErr != nil {
		return false, lookErr
	}
	return found, err
}
