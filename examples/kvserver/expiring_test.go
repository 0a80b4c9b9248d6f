package main

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// An expiringStore is an engine whose keys expire, in whole seconds and never early, as
// Badger's do.
type expiringStore struct {
	*kvdb.Memory

	mu   sync.Mutex
	at   map[string]time.Time
	asks int // how often GetTTL was called
	err  error
}

func newExpiringStore(t testing.TB) *expiringStore {
	return &expiringStore{Memory: memory(t), at: make(map[string]time.Time)}
}

func (s *expiringStore) Describe() kvdb.Info {
	return kvdb.Info{System: "memory", Namespace: "test", TTLResolution: time.Second}
}

// expire removes what has expired, and what is known of keys that are about to be written.
func (s *expiringStore) expire(written ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, at := range s.at {
		if !time.Now().Before(at) {
			_ = s.Memory.Delete(context.Background(), []byte(key))
			delete(s.at, key)
		}
	}
	for _, key := range written {
		delete(s.at, string(key))
	}
}

func (s *expiringStore) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	if err := s.Put(ctx, key, value); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at[string(key)] = time.Now().Add(ttl + time.Second - 1).Truncate(time.Second)
	return nil
}

func (s *expiringStore) GetTTL(ctx context.Context, key []byte) (time.Duration, error) {
	found, err := s.Exists(ctx, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks++
	at, expires := s.at[string(key)]
	switch {
	case s.err != nil:
		return 0, s.err
	case err != nil:
		return 0, err
	case !found:
		return 0, kvdb.ErrNotFound
	case !expires:
		return 0, nil
	}
	return time.Until(at), nil
}

func (s *expiringStore) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.asks = 0 }()
	return s.asks
}

func (s *expiringStore) Get(ctx context.Context, key []byte) ([]byte, error) {
	s.expire()
	return s.Memory.Get(ctx, key)
}

func (s *expiringStore) GetSized(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
	s.expire()
	return s.Memory.GetSized(ctx, key, room)
}

func (s *expiringStore) GetManySized(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
	s.expire()
	return s.Memory.GetManySized(ctx, keys, room)
}

func (s *expiringStore) Exists(ctx context.Context, key []byte) (bool, error) {
	s.expire()
	return s.Memory.Exists(ctx, key)
}

func (s *expiringStore) Scan(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	s.expire()
	return s.Memory.Scan(ctx, r)
}

func (s *expiringStore) Put(ctx context.Context, key, value []byte) error {
	s.expire(key)
	return s.Memory.Put(ctx, key, value)
}

func (s *expiringStore) Delete(ctx context.Context, key []byte) error {
	s.expire(key)
	return s.Memory.Delete(ctx, key)
}

func (s *expiringStore) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	for i := range muts {
		s.expire(muts[i].Key)
	}
	return s.Memory.Apply(ctx, muts)
}

func (s *expiringStore) CompareAndSwap(ctx context.Context, key, old, new []byte) (bool, error) {
	s.expire()
	swapped, err := s.Memory.CompareAndSwap(ctx, key, old, new)
	if swapped {
		s.expire(key)
	}
	return swapped, err
}

// A timed step comes some time after the one before.
type timedStep struct {
	after time.Duration
	step
}

// inTime does steps with a server whose keys expire, the first in the middle of a second.
func inTime(t *testing.T, steps []timedStep) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(1500 * time.Millisecond)))
		c := start(t, newExpiringStore(t)).dial()
		for i, s := range steps {
			time.Sleep(s.after)
			synctest.Wait()
			if got := c.do(strings.Fields(s.command)...); got != s.reply {
				t.Errorf("step %d, %q: %s, want %s", i, s.command, got, s.reply)
			}
		}
	})
}

func TestTTL(t *testing.T) {
	inTime(t, []timedStep{
		{0, step{"set k v ex 10", "OK"}}, // until 10.5 s later
		{0, step{"ttl k", ":11"}}, {0, step{"pttl k", ":10500"}}, {200 * time.Millisecond, step{"ttl k", ":10"}},
		{0, step{"ttl none", ":-2"}}, {0, step{"set stays v", "OK"}}, {0, step{"pttl stays", ":-1"}},
		{10*time.Second + 299*time.Millisecond, step{"pttl k", ":1"}}, {0, step{"ttl k", ":0"}},
		{time.Millisecond, step{"ttl k", ":-2"}}, {0, step{"get k", "nil"}}, {0, step{"set k w xx", "nil"}}, {0, step{"dbsize", ":1"}},
		{0, step{"set k v px 1500", "OK"}}, {0, step{"set k w", "OK"}}, {0, step{"ttl k", ":-1"}},
		{0, step{"set k v ex 5", "OK"}}, {0, step{"set k w xx", "OK"}}, {0, step{"ttl k", ":-1"}},
		{0, step{"set k v ex 5", "OK"}}, {0, step{"mset k w", "OK"}}, {0, step{"ttl k", ":-1"}},
		{0, step{"select 1", "OK"}}, {0, step{"ttl k", ":-2"}}, {0, step{"set k v ex 3", "OK"}}, {0, step{"ttl k", ":3"}},
	})
}

// NX and XX go with EX, also beside an engine's compare-and-swap.
func TestConditionsWithTTL(t *testing.T) {
	inTime(t, []timedStep{
		{0, step{"set k v nx ex 10", "OK"}}, {0, step{"set k w nx ex 99", "nil"}}, {0, step{"set k w nx get ex 99", `"v"`}},
		{0, step{"pttl k", ":10500"}}, {0, step{"set none w xx px 5000", "nil"}}, {0, step{"exists none", ":0"}},
		{0, step{"set k x xx px 20000", "OK"}}, {0, step{"pttl k", ":20500"}}, {0, step{"get k", `"x"`}},
		{0, step{"set k y xx get ex 1", `"x"`}}, {1500 * time.Millisecond, step{"set k z nx ex 1", "OK"}},
	})
}

// However often a value is written, it ends when the first would have.
func TestKeepTTL(t *testing.T) {
	steps := []timedStep{{0, step{"set k v ex 10", "OK"}}, {0, step{"set n v keepttl", "OK"}}, {0, step{"ttl n", ":-1"}}}
	for i := range 102 {
		command := []string{"set k v keepttl", "set k v keepttl xx", "set k v get keepttl"}[i%3]
		steps = append(steps, timedStep{100 * time.Millisecond, step{command, []string{"OK", "OK", `"v"`}[i%3]}})
	}
	inTime(t, append(steps, []timedStep{
		{0, step{"pttl k", ":300"}}, {299 * time.Millisecond, step{"set k w keepttl", "OK"}}, {0, step{"pttl k", ":1"}},
		{time.Millisecond, step{"set k v xx keepttl", "nil"}}, {0, step{"set k v nx keepttl", "OK"}}, {0, step{"ttl k", ":-1"}},
	}...))
}

func TestTTLInTransaction(t *testing.T) {
	inTime(t, []timedStep{
		{0, step{"mset stays v goes v", "OK"}}, {0, step{"set k v ex 10", "OK"}}, {0, step{"multi", "OK"}},
		{0, step{"ttl k", "QUEUED"}}, {0, step{"set k w keepttl", "QUEUED"}}, {0, step{"set k w ex 5", "QUEUED"}}, {0, step{"pttl k", "QUEUED"}},
		{0, step{"set k w", "QUEUED"}}, {0, step{"ttl k", "QUEUED"}}, {0, step{"set stays w keepttl", "QUEUED"}}, {0, step{"del goes", "QUEUED"}}, {0, step{"ttl goes", "QUEUED"}},
		{0, step{"exec", "[:11 -ERR a value with a time to live cannot be written in a transaction -ERR a value with a time to live cannot be written in a transaction :10500 OK :-1 OK :1 :-2]"}},
		{0, step{"ttl k", ":-1"}}, {0, step{"get stays", `"w"`}},
	})
}

// A watched key that expires spoils the transaction, as in Redis, and one that had expired
// before does not.
func TestWatchOfExpiringKeys(t *testing.T) {
	inTime(t, []timedStep{
		{0, step{"set k v ex 2", "OK"}}, {0, step{"set l v ex 10", "OK"}},
		{0, step{"watch l k none", "OK"}}, {0, step{"multi", "OK"}}, {0, step{"ping", "QUEUED"}}, {2499 * time.Millisecond, step{"exec", "[PONG]"}},
		{0, step{"watch l k", "OK"}}, {0, step{"multi", "OK"}}, {0, step{"ping", "QUEUED"}}, {time.Millisecond, step{"exec", "nil"}},
		{0, step{"watch k l", "OK"}}, {0, step{"multi", "OK"}}, {0, step{"ping", "QUEUED"}}, {7 * time.Second, step{"exec", "[PONG]"}},
	})
}

// Where keys expire, clients that track are told in time, asked for each key once.
func TestTrackingOfExpiringKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newExpiringStore(t)
		s := start(t, store)
		writer, reader, all := s.dial(), s.tracker(), s.tracker("bcast", "prefix", "b")
		writer.do("set", "a", "v", "ex", "10")
		writer.do("set", "b", "v", "ex", "10")
		writer.do("set", "c", "v")
		if got := all.reply(); got != `>["invalidate" ["b"]]` {
			t.Fatal(got)
		}
		store.asked()
		want := func(who string, c *testClient, want string) {
			t.Helper()
			if got := c.reply(); got != want {
				t.Errorf("%s was told %s, want %s", who, got, want)
			}
		}
		reader.do("mget", "a", "c")
		reader.do("get", "a")
		writer.do("get", "a")
		if n := store.asked(); n != 2 {
			t.Errorf("the engine was asked %d times about two keys", n)
		}
		writer.do("get", "b") // of which all may have a copy, on another connection
		if n := store.asked(); n != 1 {
			t.Errorf("the engine was asked %d times", n)
		}
		began := time.Now()
		want("the reader", reader, `>["invalidate" ["a"]]`)
		want("the one with a prefix", all, `>["invalidate" ["b"]]`)
		if took := time.Since(began); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("told after %v", took)
		}
		if got := reader.do("get", "a"); got != "_" {
			t.Errorf("then there is %s", got)
		}

		// In a transaction, as clients cache that ask how long they may.
		writer.do("set", "d", "v", "ex", "10")
		reader.do("multi")
		reader.do("pttl", "d")
		reader.do("get", "d")
		if got := reader.do("exec"); got != `[:10000 "v"]` {
			t.Errorf("EXEC: %s", got)
		}
		want("the reader", reader, `>["invalidate" ["d"]]`)

		// Nobody knows when: it is no use to keep it.
		store.mu.Lock()
		store.err = kvdb.ErrUnavailable
		store.mu.Unlock()
		reader.do("client", "tracking", "off")
		reader.do("client", "tracking", "on")
		reader.send(encode("get", "c") + encode("ping"))
		want("the reader", reader, `"v"`)
		want("the reader", reader, `>["invalidate" ["c"]]`)
		want("the reader", reader, "PONG")
		s.empty(writer, reader, all)
	})
}

// An engine whose keys others write as well is refused what would need to know of that.
func TestRemoteEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, remoteStore{newExpiringStore(t)}).dial()
		c.do("hello", "3")
		for _, s := range []step{
			{"client tracking on", "-ERR engine test does not support CLIENT TRACKING"},
			{"set k v ex 5 nx", "-ERR engine test does not support EX together with NX or XX: send it to the remote server itself"},
			{"set k v keepttl", "-ERR engine test does not support KEEPTTL"},
			{"set k v ex 5", "OK"}, {"set k v nx", "_"}, {"pttl k", ""},
		} {
			if got := c.do(s.args()...); got != s.reply && s.reply != "" || s.reply == "" && !strings.HasPrefix(got, ":") {
				t.Errorf("%s: %s, want %s", s.command, got, s.reply)
			}
		}
	})
}

type remoteStore struct{ *expiringStore }

func (s remoteStore) Describe() kvdb.Info {
	i := s.expiringStore.Describe()
	i.Remote = true
	return i
}

// Of two that set the same key if it is absent, for a time, one does.
func TestConditionsWithTTLAreAtomic(t *testing.T) {
	k := newKeyspace(newExpiringStore(t), "test")
	for round := range 200 {
		key := fmt.Append(nil, round)
		var all sync.WaitGroup
		won := make(chan int, 8)
		for i := range 8 {
			mine := k.as(int64(i))
			all.Go(func() {
				w := write{key: key, value: []byte("v"), when: ifAbsent}
				if i%2 == 0 {
					w.ttl, w.ttlOption = time.Hour, "EX"
				}
				if done, err := mine.put(t.Context(), w, anyRoom); err != nil {
					t.Error(err)
				} else if done {
					won <- i
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Fatalf("round %d: %d have set it", round, len(won))
		}
	}
}
