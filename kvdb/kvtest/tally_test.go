package kvtest

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

func TestTally(t *testing.T) {
	ctx := t.Context()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	late, cancel := context.WithDeadline(ctx, time.Unix(1, 0))
	defer cancel()
	var (
		key  = []byte("present")
		none = []byte("absent")
		own  = errors.New("own")
	)
	for _, c := range []struct {
		name string
		do   func(s kvdb.Store)
		want map[Call]int
	}{
		{"nothing", func(kvdb.Store) {}, nil},
		{"get", func(s kvdb.Store) {
			s.Get(ctx, key)
			s.Get(ctx, key)
			s.Get(ctx, none)
			s.Get(ctx, nil)
			s.Get(gone, key)
			s.Get(late, key)
		}, map[Call]int{{"get", "ok"}: 2, {"get", "miss"}: 1, {"get", "error"}: 2, {"get", "canceled"}: 1}},
		{"append", func(s kvdb.Store) {
			c := must[kvdb.Appender](t, s)
			c.AppendGet(ctx, nil, key)
			c.AppendGet(ctx, nil, none)
			c.AppendGet(gone, nil, key)
		}, map[Call]int{{"get", "ok"}: 1, {"get", "miss"}: 1, {"get", "canceled"}: 1}},
		{"exists", func(s kvdb.Store) {
			c := must[kvdb.Exister](t, s)
			c.Exists(ctx, key)
			c.Exists(ctx, none)
			c.Exists(ctx, none)
			c.Exists(ctx, nil)
			c.Exists(gone, key)
		}, map[Call]int{{"get", "ok"}: 1, {"get", "miss"}: 2, {"get", "error"}: 1, {"get", "canceled"}: 1}},
		{"TTL", func(s kvdb.Store) {
			c := must[kvdb.TTLGetter](t, s)
			c.GetTTL(ctx, key)
			c.GetTTL(ctx, none)
			c.GetTTL(ctx, nil)
			c.GetTTL(gone, key)
		}, map[Call]int{{"get", "ok"}: 1, {"get", "miss"}: 1, {"get", "error"}: 1, {"get", "canceled"}: 1}},
		{"sized", func(s kvdb.Store) {
			c := must[kvdb.SizedGetter](t, s)
			c.GetSized(ctx, key, anyRoom)
			c.GetSized(ctx, key, noRoom)
			c.GetSized(ctx, none, anyRoom)
			c.GetSized(gone, key, anyRoom)
		}, map[Call]int{{"get", "ok"}: 2, {"get", "miss"}: 1, {"get", "canceled"}: 1}},
		{"many sized", func(s kvdb.Store) {
			c := must[kvdb.SizedMultiGetter](t, s)
			c.GetManySized(ctx, nil, anyRoom)
			c.GetManySized(ctx, [][]byte{key}, anyRoom)
			c.GetManySized(ctx, [][]byte{none}, anyRoom)
			c.GetManySized(ctx, [][]byte{key, key}, noRoom)
		}, map[Call]int{{"get", "ok"}: 1, {"get", "miss"}: 1, {"BATCH get", "ok"}: 1}},
		{"put and delete", func(s kvdb.Store) {
			s.Put(ctx, key, nil)
			s.Put(ctx, nil, nil)
			s.Delete(ctx, none)
			s.Delete(gone, key)
			must[kvdb.TTLPutter](t, s).PutTTL(ctx, key, nil, time.Hour)
		}, map[Call]int{{"put", "ok"}: 2, {"put", "error"}: 1, {"delete", "ok"}: 1, {"delete", "canceled"}: 1}},
		{"batch", func(s kvdb.Store) {
			c := must[kvdb.Batcher](t, s)
			c.Apply(ctx, nil)
			c.Apply(ctx, []kvdb.Mutation{put("a", "1")})
			c.Apply(ctx, []kvdb.Mutation{del("a")})
			c.Apply(ctx, []kvdb.Mutation{put("a", "1"), put("b", "1")})
			c.Apply(ctx, []kvdb.Mutation{del("a"), del("b"), del("c")})
			c.Apply(ctx, []kvdb.Mutation{put("a", "1"), del("b")})
			c.Apply(ctx, []kvdb.Mutation{del("a"), del("b"), put("", "1")})
		}, map[Call]int{
			{"put", "ok"}: 1, {"delete", "ok"}: 1, {"BATCH put", "ok"}: 1, {"BATCH delete", "ok"}: 1,
			{"BATCH", "ok"}: 1, {"BATCH", "error"}: 1,
		}},
		{"get many", func(s kvdb.Store) {
			c := must[kvdb.MultiGetter](t, s)
			c.GetMany(ctx, nil)
			c.GetMany(ctx, [][]byte{key})
			c.GetMany(ctx, [][]byte{none})
			c.GetMany(ctx, [][]byte{none, none})
			c.GetMany(gone, [][]byte{key, none})
		}, map[Call]int{
			{"get", "ok"}: 1, {"get", "miss"}: 1, {"BATCH get", "ok"}: 1, {"BATCH get", "canceled"}: 1,
		}},
		{"scan", func(s kvdb.Store) {
			c := must[kvdb.Scanner](t, s)
			entries := c.Scan(ctx, kvdb.Range{})
			drain(entries)
			drain(entries)
			for range entries {
				break
			}
			drain(c.Scan(gone, kvdb.Range{}))
			drain(c.Scan(ctx, kvdb.Range{Limit: -1}))
			drain(must[kvdb.PrefixScanner](t, s).ScanPrefix(ctx, nil))
			func() {
				defer func() { recover() }()
				for range entries {
					panic("in the loop")
				}
			}()
		}, map[Call]int{{"scan", "ok"}: 4, {"scan", "canceled"}: 1, {"scan", "error"}: 2}},
		{"swap", func(s kvdb.Store) {
			c := must[kvdb.Swapper](t, s)
			c.CompareAndSwap(ctx, key, []byte("v"), []byte("w"))
			c.CompareAndSwap(ctx, key, []byte("v"), []byte("w"))
			c.CompareAndSwap(ctx, nil, nil, nil)
		}, map[Call]int{{"compare_and_swap", "ok"}: 1, {"compare_and_swap", "miss"}: 1, {"compare_and_swap", "error"}: 1}},
		{"ping", func(s kvdb.Store) {
			must[kvdb.Pinger](t, s).Ping(ctx)
			must[kvdb.Pinger](t, s).Ping(gone)
		}, map[Call]int{{"ping", "ok"}: 1, {"ping", "canceled"}: 1}},
		{"no operations", func(s kvdb.Store) {
			must[kvdb.Describer](t, s).Describe()
			must[kvdb.Lagger](t, s).ReplicationLag(ctx)
			must[kvdb.StatsReader](t, s).AppendStats(ctx, nil)
			must[kvdb.PoolReader](t, s).PoolStats(ctx)
			must[kvdb.Notifier](t, s).Notices(gone)(func(kvdb.Notice) bool { return true })
			s.Close()
		}, nil},
		{"view", func(s kvdb.Store) {
			c := must[kvdb.Viewer](t, s)
			for _, fn := range []func(kvdb.Reader) error{
				func(r kvdb.Reader) error { r.Get(ctx, none); return nil },
				func(r kvdb.Reader) error { return own },
				func(r kvdb.Reader) error { return gone.Err() },
				func(r kvdb.Reader) error { _, err := r.Get(ctx, none); return err },
				func(r kvdb.Reader) error { r.Get(ctx, nil); return own },
				func(r kvdb.Reader) error { _, err := r.Get(ctx, nil); return err },
				func(r kvdb.Reader) error { _, err := r.Get(ctx, nil); return errors.Join(own, err) },
				func(r kvdb.Reader) error { _, err := r.Get(gone, key); return err },
				func(r kvdb.Reader) error { return drain(r.Scan(ctx, kvdb.Range{Limit: -1})) },
			} {
				c.View(ctx, fn)
			}
			c.View(gone, func(kvdb.Reader) error { return nil })
			func() {
				defer func() { recover() }()
				c.View(ctx, func(kvdb.Reader) error { panic("in the function") })
			}()
		}, map[Call]int{
			{"view", "ok"}: 1, {"view", "aborted"}: 4, {"view", "error"}: 4, {"view", "canceled"}: 2,
		}},
		{"update", func(s kvdb.Store) {
			c := must[kvdb.Updater](t, s)
			c.Update(ctx, func(x kvdb.Txn) error { return x.Put(ctx, key, nil) })
			c.Update(ctx, func(x kvdb.Txn) error { return x.Put(ctx, nil, nil) })
			c.Update(ctx, func(x kvdb.Txn) error { return x.Delete(gone, key) })
			c.Update(ctx, func(x kvdb.Txn) error { return own })
			c.Update(ctx, func(x kvdb.Txn) error { return kvdb.ErrConflict })
			c.Update(ctx, func(x kvdb.Txn) error { return drain(x.Scan(gone, kvdb.Range{})) })
		}, map[Call]int{
			{"update", "ok"}: 1, {"update", "error"}: 1, {"update", "canceled"}: 2, {"update", "aborted"}: 2,
		}},
		{"after Close", func(s kvdb.Store) {
			s.Close()
			s.Get(ctx, key)
			must[kvdb.Viewer](t, s).View(ctx, func(kvdb.Reader) error { return own })
		}, map[Call]int{{"get", "error"}: 1, {"view", "error"}: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngine()
			if err := e.Put(ctx, key, []byte("v")); err != nil {
				t.Fatal(err)
			}
			below := NewTally(e)
			tally := NewTally(below)
			c.do(tally)
			if got := tally.Counts(); !maps.Equal(got, c.want) {
				t.Errorf("counted %v, want %v", got, c.want)
			}
			if got := below.Counts(); !maps.Equal(got, c.want) {
				t.Errorf("the tally underneath counted %v, want %v", got, c.want)
			}
			for call, n := range c.want {
				if got := tally.Count(call.Operation, call.Outcome); got != n {
					t.Errorf("Count(%q, %q) = %d, want %d", call.Operation, call.Outcome, got, n)
				}
			}
		})
	}
}

// An update that loses counts once, as a conflict, whatever its runs met.
func TestTallyConflict(t *testing.T) {
	lost := &kvdb.Error{Op: "update", Kind: kvdb.ErrConflict}
	s := flawed{engine: newEngine(), update: func(ctx context.Context, fn func(kvdb.Txn) error) error {
		_ = fn(nil)
		_ = fn(nil)
		return lost
	}}
	tally := NewTally(s)
	if err := must[kvdb.Updater](t, tally).Update(t.Context(), func(kvdb.Txn) error { return nil }); err != lost {
		t.Errorf("Update = %v, want %v", err, lost)
	}
	if got, want := tally.Counts(), (map[Call]int{{"update", "conflict"}: 1}); !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestTallyPanicBelow(t *testing.T) {
	s := flawed{engine: newEngine(), get: func(context.Context, []byte) ([]byte, error) { panic("below") }}
	tally := NewTally(s)
	func() {
		defer func() {
			if p := recover(); p != "below" {
				t.Errorf("recovered %v, want the panic of the store below", p)
			}
		}()
		_, _ = tally.Get(t.Context(), []byte("k"))
	}()
	if got, want := tally.Counts(), (map[Call]int{{"get", "error"}: 1}); !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestTallyIsDecorator(t *testing.T) {
	m := kvdb.NewMemory(nil)
	tally := NewTally(m)
	if got, ok := kvdb.As[*kvdb.Memory](tally); !ok || got != m {
		t.Errorf("As[*Memory] = %p, %t, want the store below", got, ok)
	}
	if _, ok := kvdb.As[kvdb.TTLPutter](tally); ok {
		t.Error("the Tally has a capability that the store below lacks")
	}
	if _, ok := kvdb.As[interface {
		kvdb.Scanner
		kvdb.Pinger
	}](tally); ok {
		t.Error("a combination of capabilities was found around the Tally")
	}
}

func must[C any](t testing.TB, s kvdb.Store) C {
	t.Helper()
	c, ok := kvdb.As[C](s)
	if !ok {
		t.Fatalf("the store lacks a capability: %T", c)
	}
	return c
}

func anyRoom(size int) []byte { return make([]byte, 0, size) }

func noRoom(int) []byte { return nil }
