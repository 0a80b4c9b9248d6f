package kvdb_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// Each case runs an update once while other writes land between its reads and
// its commit, and says whether it has to run again.
func TestMemoryUpdateReruns(t *testing.T) {
	get := func(key string) func(*testing.T, kvdb.Txn) {
		return func(t *testing.T, x kvdb.Txn) {
			if _, err := x.Get(t.Context(), []byte(key)); err != nil && err != kvdb.ErrNotFound {
				t.Fatal(err)
			}
		}
	}
	put := func(key string) func(*testing.T, kvdb.Txn) {
		return func(t *testing.T, x kvdb.Txn) {
			if err := x.Put(t.Context(), []byte(key), []byte("txn")); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(key string) func(*testing.T, kvdb.Txn) {
		return func(t *testing.T, x kvdb.Txn) {
			if err := x.Delete(t.Context(), []byte(key)); err != nil {
				t.Fatal(err)
			}
		}
	}
	scan := func(t *testing.T, x kvdb.Txn) {
		for _, err := range x.Scan(t.Context(), kvdb.Range{Limit: 1}) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name  string
		steps []func(*testing.T, kvdb.Txn)
		rival kvdb.Mutation
		runs  int
	}{
		{"a read key is overwritten", steps(get("a"), put("out")), write("a"), 2},
		{"a read key is deleted", steps(get("a"), put("out")), erase("a"), 2},
		{"an absent key that was read is put", steps(get("none"), put("out")), write("none"), 2},
		{"a read key is put with its own value", steps(get("a"), put("out")), kvdb.Mutation{Key: []byte("a"), Value: []byte("a")}, 2},
		{"another key is put", steps(get("a"), put("out")), write("b"), 1},
		{"another key is deleted", steps(get("a"), remove("out")), erase("b"), 1},
		{"a written key is put", steps(get("a"), put("b")), write("b"), 1},
		{"a key is read after it was written", steps(put("a"), get("a")), write("a"), 1},
		{"a key is read after it was deleted", steps(remove("a"), get("a")), write("a"), 1},
		{"a key is read and written", steps(get("a"), put("a")), write("a"), 2},
		{"a key is written, read elsewhere", steps(put("a"), get("b")), write("b"), 2},
		{"a scan, and any key is put", steps(scan, put("out")), write("z"), 2},
		{"nothing but reads", steps(get("a"), scan), write("a"), 1},
		{"nothing changes", steps(get("a"), scan, put("out")), erase("none"), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := kvdb.NewMemory(nil)
			apply(t, m, kvdb.Mutation{Key: []byte("a"), Value: []byte("a")}, write("b"), write("out"))
			runs := 0
			err := m.Update(t.Context(), func(x kvdb.Txn) error {
				runs++
				for _, step := range c.steps {
					step(t, x)
				}
				if runs == 1 {
					apply(t, m, c.rival)
				}
				return nil
			})
			if err != nil || runs != c.runs {
				t.Errorf("Update = %v after %d runs, want %d", err, runs, c.runs)
			}
		})
	}
}

func steps(s ...func(*testing.T, kvdb.Txn)) []func(*testing.T, kvdb.Txn) { return s }

func write(key string) kvdb.Mutation {
	return kvdb.Mutation{Key: []byte(key), Value: []byte("rival")}
}

func erase(key string) kvdb.Mutation { return kvdb.Mutation{Key: []byte(key), Delete: true} }

func apply(t *testing.T, m *kvdb.Memory, muts ...kvdb.Mutation) {
	t.Helper()
	if err := m.Apply(t.Context(), muts); err != nil {
		t.Fatal(err)
	}
}

// What the rival wrote and what the transaction wrote are both there.
func TestMemoryUpdateMerges(t *testing.T) {
	m, ctx := kvdb.NewMemory(nil), t.Context()
	apply(t, m, write("gone"), write("kept"))
	err := m.Update(ctx, func(x kvdb.Txn) error {
		apply(t, m, write("theirs"), erase("kept"))
		return errors.Join(x.Put(ctx, []byte("ours"), nil), x.Delete(ctx, []byte("gone")))
	})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for e, err := range m.Scan(ctx, kvdb.Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, string(e.Key))
	}
	if got := fmt.Sprint(keys); got != "[ours theirs]" {
		t.Errorf("the keys are %s, want [ours theirs]", got)
	}
}

func TestMemoryUpdateGivesUp(t *testing.T) {
	m, ctx, key := kvdb.NewMemory(nil), t.Context(), []byte("k")
	runs := 0
	err := m.Update(ctx, func(x kvdb.Txn) error {
		runs++
		if _, err := x.Get(ctx, key); err != nil && err != kvdb.ErrNotFound {
			return err
		}
		apply(t, m, write("k"))
		return x.Put(ctx, key, []byte("ours"))
	})
	if !errors.Is(err, kvdb.ErrConflict) || runs != 100 {
		t.Errorf("Update = %v after %d runs, want ErrConflict after 100", err, runs)
	}
	if got, _ := m.Get(ctx, key); string(got) != "rival" {
		t.Errorf("the value is %q, want the rival's", got)
	}
}

func TestMemoryUpdateStops(t *testing.T) {
	key := []byte("k")
	for _, c := range []struct {
		name string
		stop func(m *kvdb.Memory, cancel context.CancelFunc)
		want error
	}{
		{"when it is cancelled", func(_ *kvdb.Memory, cancel context.CancelFunc) { cancel() }, context.Canceled},
		{"when the store is closed", func(m *kvdb.Memory, _ context.CancelFunc) { _ = m.Close() }, kvdb.ErrClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := kvdb.NewMemory(nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			runs := 0
			err := m.Update(ctx, func(x kvdb.Txn) error {
				runs++
				if err := x.Put(ctx, key, nil); err != nil {
					t.Error(err)
				}
				c.stop(m, cancel)
				return nil
			})
			if !errors.Is(err, c.want) || runs != 1 {
				t.Errorf("Update = %v after %d runs, want %v after one", err, runs, c.want)
			}
			if _, err := m.Get(t.Context(), key); err == nil {
				t.Error("a stopped update has written")
			}
		})
	}
}

func TestMemoryTxnIsOver(t *testing.T) {
	m, ctx, key := kvdb.NewMemory(nil), t.Context(), []byte("k")
	apply(t, m, write("k"))
	var r kvdb.Reader
	var x kvdb.Txn
	if err := m.View(ctx, func(in kvdb.Reader) error { r = in; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := m.Update(ctx, func(in kvdb.Txn) error { x = in; return nil }); err != nil {
		t.Fatal(err)
	}
	_, viewGet := r.Get(ctx, key)
	_, get := x.Get(ctx, key)
	for what, err := range map[string]error{
		"Get of a reader":  viewGet,
		"Scan of a reader": last(r.Scan(ctx, kvdb.Range{})),
		"Get":              get,
		"Scan":             last(x.Scan(ctx, kvdb.Range{})),
		"Put":              x.Put(ctx, key, nil),
		"Delete":           x.Delete(ctx, key),
	} {
		if !errors.Is(err, kvdb.ErrInvalidArgument) {
			t.Errorf("%s afterwards: %v, want ErrInvalidArgument", what, err)
		}
	}
}

// A scan that outlives its view by a pull iterator ends with an error, too.
func TestMemoryScanOutlivesView(t *testing.T) {
	m, ctx := kvdb.NewMemory(nil), t.Context()
	apply(t, m, write("a"), write("b"))
	var next func() (kvdb.Entry, error, bool)
	stop := func() {}
	err := m.View(ctx, func(r kvdb.Reader) error {
		next, stop = iter.Pull2(r.Scan(ctx, kvdb.Range{}))
		_, err, _ := next()
		return err
	})
	defer stop()
	if err != nil {
		t.Fatal(err)
	}
	if _, err, ok := next(); !ok || !errors.Is(err, kvdb.ErrInvalidArgument) {
		t.Errorf("the scan goes on with %v, %t, want ErrInvalidArgument", err, ok)
	}
}

func TestMemoryCloseDuringScan(t *testing.T) {
	m, ctx := kvdb.NewMemory(nil), t.Context()
	apply(t, m, write("a"), write("b"), write("c"))
	n := 0
	var got error
	for _, err := range m.Scan(ctx, kvdb.Range{}) {
		if got = err; err != nil {
			continue
		}
		n++
		_ = m.Close()
	}
	if n != 1 || !errors.Is(got, kvdb.ErrClosed) {
		t.Errorf("a scan whose loop closes the store yielded %d entries and %v, want one and ErrClosed", n, got)
	}
}

func last(entries iter.Seq2[kvdb.Entry, error]) (err error) {
	for _, err = range entries {
	}
	return err
}
