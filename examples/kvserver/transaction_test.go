package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// batchStore has batches, and no compare-and-swap. It remembers them, and can fail.
type batchStore struct {
	plainStore
	batcher kvdb.Batcher
	batches []string
	err     error
}

func newBatchStore(t testing.TB) *batchStore {
	m := memory(t)
	return &batchStore{plainStore: plainStore{m}, batcher: m}
}

func (s *batchStore) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	var b strings.Builder
	for _, m := range muts {
		fmt.Fprintf(&b, " %s", m.Key)
		if !m.Delete {
			fmt.Fprintf(&b, "=%s", m.Value)
		}
	}
	s.batches = append(s.batches, strings.TrimSpace(b.String()))
	if s.err != nil {
		return s.err
	}
	return s.batcher.Apply(ctx, muts)
}

func (s *batchStore) Put(context.Context, []byte, []byte) error { panic("a write beside the batch") }
func (s *batchStore) Delete(context.Context, []byte) error      { panic("a removal beside the batch") }

// A transaction sees what it wrote, and the engine gets all of it in one call.
func TestTransactionIsOneBatch(t *testing.T) {
	store := newBatchStore(t)
	c := start(t, store).dial()
	for _, s := range []step{
		{"mset a 1 b 2", `OK`},
		{"multi", `OK`},
		{"set a 3", `QUEUED`},
		{"get a", `QUEUED`},
		{"set n 4 nx", `QUEUED`},
		{"set n 5 nx", `QUEUED`},
		{"set x 5 xx", `QUEUED`},
		{"del b x", `QUEUED`},
		{"exists a b n", `QUEUED`},
		{"mget a b n x", `QUEUED`},
		{"mset m 6 a 7", `QUEUED`},
		{"set b ''", `QUEUED`},
		{"set m 8 xx", `QUEUED`},
		{"del n", `QUEUED`},
		{"set k v ex 10", `QUEUED`},
		{"ping x", `QUEUED`},
		{"exec", `[OK "3" OK nil nil :1 :2 ["3" nil "4" nil] OK OK OK :1 -ERR engine test does not support EX "x"]`},
		{"mget a b m n", `["7" "" "8" nil]`},
		{"multi", `OK`},
		{"get a", `QUEUED`},
		{"exec", `["7"]`},
		{"multi", `OK`},
		{"select 1", `QUEUED`},
		{"set a 9", `QUEUED`},
		{"get a", `QUEUED`},
		{"select 0", `QUEUED`},
		{"get a", `QUEUED`},
		{"set a 10", `QUEUED`},
		{"select 1", `QUEUED`},
		{"exec", `[OK OK "9" OK "7" OK OK]`},
		{"get a", `"9"`},
	} {
		if got := c.do(s.args()...); got != s.reply {
			t.Errorf("%q: %s, want %s", s.command, got, s.reply)
		}
	}
	if got, want := strings.Join(store.batches, "; "), "a=1 b=2; a=7 n b= m=8; \xff\x01a=9 a=10"; got != want {
		t.Errorf("batches %q, want %q", got, want)
	}
}

// The batches of an engine with TTLs have none.
func TestTransactionWithTTL(t *testing.T) {
	m := memory(t)
	store := struct {
		*ttlStore
		kvdb.Batcher
	}{&ttlStore{Store: m}, m}
	c := start(t, store).dial()
	for _, s := range []step{
		{"multi", `OK`},
		{"set k v ex 10", `QUEUED`},
		{"set l v", `QUEUED`},
		{"ttl l", `QUEUED`},
		{"exec", `[-ERR a value with a time to live cannot be written in a transaction OK -ERR engine test does not support TTL]`},
		{"mget k l", `[nil "v"]`},
	} {
		if got := c.do(s.args()...); got != s.reply {
			t.Errorf("%q: %s, want %s", s.command, got, s.reply)
		}
	}
}

// When the engine fails, nothing has been done.
func TestTransactionFails(t *testing.T) {
	store := newBatchStore(t)
	c := start(t, store).dial()
	c.do("mset", "a", "1")
	store.err = &kvdb.Error{Op: "batch", Kind: kvdb.ErrNoSpace}
	for _, s := range []step{
		{"multi", `OK`},
		{"set a 3", `QUEUED`},
		{"get a", `QUEUED`},
		{"hello 3", `QUEUED`},
		{"select 1", `QUEUED`},
		{"exec", `-ERR kvdb: batch: no space`},
		{"get a", `"1"`},
		{"get b", `nil`},
		{"exec", `-ERR EXEC without MULTI`},
	} {
		if got := c.do(s.args()...); got != s.reply {
			t.Errorf("%q: %s, want %s", s.command, got, s.reply)
		}
	}
}

// An engine without batches has no transactions that write, and does none of it.
func TestTransactionWithoutBatches(t *testing.T) {
	c := start(t, plainStore{memory(t)}).dial()
	for _, s := range []step{
		{"set a 1", `OK`},
		{"multi", `OK`},
		{"set a 2", `QUEUED`},
		{"get a", `QUEUED`},
		{"exec", `-EXECABORT Transaction discarded because of: engine test does not support transactions`},
		{"get a", `"1"`},
		{"multi", `OK`},
		{"get a", `QUEUED`},
		{"mget a b", `QUEUED`},
		{"exec", `["1" ["1" nil]]`},
	} {
		if got := c.do(s.args()...); got != s.reply {
			t.Errorf("%q: %s, want %s", s.command, got, s.reply)
		}
	}
}

func TestWatch(t *testing.T) {
	s := start(t, memory(t))
	c, other := s.dial(), s.dial()
	for _, tt := range []struct {
		name         string
		watch, write []string // by the client and by the other one
		spoiled      bool
	}{
		{"nothing", []string{"watch k"}, nil, false},
		{"another key", []string{"watch k"}, []string{"set l 1"}, false},
		{"a read", []string{"watch k"}, []string{"get k", "mget k", "exists k", "watch k", "unwatch"}, false},
		{"set", []string{"watch k"}, []string{"set k 1"}, true},
		{"set nx", []string{"watch new"}, []string{"set new 1 nx"}, true},
		{"set nx of one that is there", []string{"watch k"}, []string{"set k 1 nx"}, false},
		{"set xx", []string{"watch l k"}, []string{"set k 1 xx"}, true},
		{"mset", []string{"watch k"}, []string{"mset l 1 k 2"}, true},
		{"del", []string{"watch k"}, []string{"del k"}, true},
		{"del of none", []string{"watch k"}, []string{"del k"}, false},
		{"a transaction", []string{"watch k"}, []string{"multi", "set k 1", "exec"}, true},
		{"its own write", []string{"watch k", "set k 2"}, nil, true},
		{"flushdb", []string{"set k 1", "watch k"}, []string{"flushdb"}, true},
		{"another database", []string{"watch k"}, []string{"select 1", "set k 1", "flushdb", "select 0"}, false},
		{"a transaction elsewhere", []string{"watch k"}, []string{"select 1", "multi", "select 0", "set k 1", "exec"}, true},
		{"unwatch", []string{"watch k", "unwatch"}, []string{"set k 1"}, false},
		{"discard", []string{"watch k", "multi", "discard"}, []string{"set k 1"}, false},
		{"the last transaction", []string{"watch k", "multi", "exec"}, []string{"set k 1"}, false},
		{"reset", []string{"watch k", "reset"}, []string{"set k 1"}, false},
		{"twice", []string{"watch k k", "watch k"}, []string{"set k 1"}, true},
	} {
		for _, line := range tt.watch {
			c.do(strings.Fields(line)...)
		}
		for _, line := range tt.write {
			other.do(strings.Fields(line)...)
		}
		c.do("multi")
		c.do("set", "result", tt.name)
		want := "[OK]"
		if tt.spoiled {
			want = "nil"
		}
		if got := c.do("exec"); got != want {
			t.Errorf("%s: EXEC %s, want %s", tt.name, got, want)
		}
		if got := c.do("get", "result"); (got == strconv.Quote(tt.name)) == tt.spoiled {
			t.Errorf("%s: the transaction left %s", tt.name, got)
		}
	}
	if n := s.watches.some.Load(); n != 0 || len(s.watches.of) != 0 {
		t.Errorf("%d keys are watched by nobody", n)
	}
}

// Counters that are read, and written in a transaction that watches them, lose no
// count, whatever the engine has.
func TestWatchedCounters(t *testing.T) {
	m := memory(t)
	for name, store := range map[string]kvdb.Store{
		"swaps":   memory(t),
		"batches": &batchStore{plainStore: plainStore{m}, batcher: m},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, store)
			const clients, each = 4, 200
			var counting sync.WaitGroup
			for range clients {
				c := s.dial()
				counting.Go(func() {
					for n := 0; n < each; {
						c.do("watch", "k")
						count, _ := strconv.Atoi(strings.Trim(c.do("get", "k"), `"`))
						c.do("multi")
						c.do("set", "k", strconv.Itoa(count+1))
						if c.do("exec") != "nil" {
							n++
						}
					}
				})
			}
			counting.Wait()
			if got, want := s.dial().do("get", "k"), strconv.Quote(strconv.Itoa(clients*each)); got != want {
				t.Errorf("counted %s, want %s", got, want)
			}
		})
	}
}

// What a transaction reads does not change while it runs, although plain writes do
// not wait for each other.
func TestTransactionsAreAlone(t *testing.T) {
	m := memory(t)
	s := start(t, m)
	const rounds = 500
	var writing sync.WaitGroup
	for range 2 {
		c := s.dial()
		writing.Go(func() {
			for i := range rounds {
				c.do("set", "k", strconv.Itoa(i))
				c.do("set", "k", "x", "xx")
				c.do("del", "k")
				c.do("set", "k", "y", "nx")
			}
		})
	}
	c := s.dial()
	for range rounds {
		c.send(encode("multi") + encode("get", "k") + encode("exists", "k") + encode("get", "k") + encode("exec"))
		for range 4 {
			c.reply()
		}
		got := strings.Fields(strings.Trim(c.reply(), "[]"))
		if len(got) != 3 || got[0] != got[2] || (got[0] == "nil") != (got[1] == ":0") {
			t.Fatalf("a transaction read %q", got)
		}
	}
	writing.Wait()
}

// What is queued and watched is charged, and given back whatever happens to the
// client.
func TestTransactionBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t), func(l *limits) { l.memory = 1 << 20 })
		value := strings.Repeat("v", 100<<10)
		c := s.dial()
		c.do("set", "k", value)
		charged := func() int {
			time.Sleep(s.limits.bufferTime) // then the server takes the client's buffers back
			synctest.Wait()
			return s.limits.memory - s.budget.Left()
		}
		before := charged() // for the connection

		c.do("watch", "k")
		c.do("multi")
		var queued, refusals int
		for range 20 {
			switch got := c.do("set", "k", value); got {
			case "QUEUED":
				queued++
			case "-ERR " + string(errRequests):
				refusals++
			default:
				t.Fatalf("%s", got)
			}
		}
		if queued < 5 || refusals < 5 {
			t.Errorf("%d commands were queued, %d refused", queued, refusals)
		}
		if got := c.do("exec"); got != "-EXECABORT Transaction discarded because of previous errors." {
			t.Errorf("exec: %s", got)
		}

		// Replies are charged before there are many. A command whose reply has no
		// room fails by itself.
		c.do("multi")
		for range 20 {
			c.do("get", "k")
		}
		if got := c.do("exec"); strings.Count(got, value) < 2 || !strings.Contains(got, "-ERR "+string(errBudget)) {
			t.Errorf("exec: %d bytes, %d values", len(got), strings.Count(got, value))
		}
		small := strings.Repeat("v", 20<<10)
		c.do("set", "k", small)
		c.do("multi")
		c.do(append([]string{"mget"}, strings.Fields(strings.Repeat("k ", 100))...)...)
		if got := c.do("exec"); got != "[-ERR "+string(errBudget)+"]" {
			t.Errorf("exec of a large MGET: %d bytes", len(got))
		}

		if now := charged(); now != before {
			t.Errorf("%d bytes are charged after EXEC, %d before", now, before)
		}
		c.do("watch", "k")
		c.do("multi")
		c.do("set", "k", small)
		c.conn.Close()
		synctest.Wait()
		if s.budget.Left() != s.limits.memory || s.watches.some.Load() != 0 {
			t.Errorf("%d bytes are charged after the client has gone", s.limits.memory-s.budget.Left())
		}
	})
}

// A client that does not read the replies of its transaction keeps no key from
// others.
func TestTransactionOfClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c, other := s.dial(), s.dial()
		c.do("set", "k", strings.Repeat("v", 4*fullReply))
		go io.WriteString(c.conn, encode("multi")+encode("set", "l", "1")+encode("get", "k")+encode("exec"))
		for range 3 {
			c.reply()
		}
		synctest.Wait()
		if got := other.do("set", "k", "w"); got != "OK" {
			t.Errorf("%s", got)
		}
		if got := c.reply(); len(got) < 4*fullReply {
			t.Errorf("%s", got)
		}
	})
}

// A watcher of changes hears of a transaction's when they are done.
func TestWatcherOfTransaction(t *testing.T) {
	store := memory(t)
	heard := new(hearer)
	c := newTestClient(store)
	c.keys.watchers = []watcher{heard}
	for _, line := range []string{"multi", "set a 1", "mset b 1 a 2", "del b", "del none"} {
		c.run(t.Context(), splitWords(line))
	}
	if got := heard.take(); got != "" {
		t.Errorf("heard %q before EXEC", got)
	}
	c.run(t.Context(), splitWords("exec"))
	if got := heard.take(); got != "1:a 1:b 1:a 1:b" {
		t.Errorf("heard %q", got)
	}
}

// What SET GET returns waits for the engine as all replies do, however large it is: no
// client reads it before, and the keys are not locked until it has been read.
func TestTransactionHoldsLargeOldValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newBatchStore(t)
		s := start(t, store)
		c, other := s.dial(), s.dial()
		old := strings.Repeat("v", 4*fullReply)
		exchange := func() {
			t.Helper()
			for _, command := range []string{"multi", "set k w get", "set l 1"} {
				if got := c.do(strings.Fields(command)...); got != "OK" && got != "QUEUED" {
					t.Fatalf("%s: %s", command, got)
				}
			}
			go c.send(encode("exec"))
		}
		c.do("mset", "k", old)
		store.err = &kvdb.Error{Op: "batch", Kind: kvdb.ErrNoSpace}
		exchange()
		if got := c.reply(); got != "-ERR kvdb: batch: no space" {
			t.Errorf("a transaction that failed: %.100s", got)
		}
		store.err = nil
		exchange()
		synctest.Wait() // the client has not read
		if d := elapsed(func() { other.do("mset", "l", "2") }); d != 0 {
			t.Errorf("another client waited %v", d)
		}
		if got := c.reply(); got != `["`+old+`" OK]` {
			t.Errorf("the replies: %.100s", got)
		}
	})
}
