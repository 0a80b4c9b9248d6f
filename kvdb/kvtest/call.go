package kvtest

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A call is one way to use a store, in its smallest form. If it writes, it
// changes the value under key.
type call struct {
	name  string
	keyed bool // key is an argument of it
	do    func(ctx context.Context, key []byte) error
}

// Values under the key that a call is about.
const (
	before = "before"
	after  = "after"
)

// callsOf returns every call that s has.
func callsOf(s kvdb.Store) []call {
	calls := []call{
		{"Get", true, func(ctx context.Context, key []byte) error {
			_, err := s.Get(ctx, key)
			return err
		}},
		{"Put", true, func(ctx context.Context, key []byte) error { return s.Put(ctx, key, []byte(after)) }},
		{"Delete", true, s.Delete},
	}
	if c, ok := kvdb.As[kvdb.Appender](s); ok {
		calls = append(calls, call{"AppendGet", true, func(ctx context.Context, key []byte) error {
			_, err := c.AppendGet(ctx, nil, key)
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.Exister](s); ok {
		calls = append(calls, call{"Exists", true, func(ctx context.Context, key []byte) error {
			_, err := c.Exists(ctx, key)
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.Batcher](s); ok {
		other := put("other", "v")
		calls = append(calls, call{"Apply of a put", true, func(ctx context.Context, key []byte) error {
			return c.Apply(ctx, []kvdb.Mutation{{Key: key, Value: []byte(after)}})
		}}, call{"Apply of two", true, func(ctx context.Context, key []byte) error {
			return c.Apply(ctx, []kvdb.Mutation{other, {Key: key, Delete: true}})
		}})
	}
	anyRoom := func(size int) []byte { return make([]byte, 0, size) }
	if c, ok := kvdb.As[kvdb.SizedGetter](s); ok {
		calls = append(calls, call{"GetSized", true, func(ctx context.Context, key []byte) error {
			_, err := c.GetSized(ctx, key, anyRoom)
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.SizedMultiGetter](s); ok {
		calls = append(calls, call{"GetManySized", true, func(ctx context.Context, key []byte) error {
			_, err := c.GetManySized(ctx, [][]byte{[]byte("other"), key}, anyRoom)
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.MultiGetter](s); ok {
		calls = append(calls, call{"GetMany", true, func(ctx context.Context, key []byte) error {
			_, err := c.GetMany(ctx, [][]byte{[]byte("other"), key})
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.Scanner](s); ok {
		calls = append(calls, call{"Scan", false, func(ctx context.Context, _ []byte) error {
			return drain(c.Scan(ctx, kvdb.Range{}))
		}})
	}
	if c, ok := kvdb.As[kvdb.PrefixScanner](s); ok {
		calls = append(calls, call{"ScanPrefix", false, func(ctx context.Context, _ []byte) error {
			return drain(c.ScanPrefix(ctx, nil))
		}})
	}
	if c, ok := kvdb.As[kvdb.Viewer](s); ok {
		calls = append(calls, viewCalls(c)...)
	}
	if c, ok := kvdb.As[kvdb.Updater](s); ok {
		calls = append(calls, updateCalls(c)...)
	}
	if c, ok := kvdb.As[kvdb.Swapper](s); ok {
		calls = append(calls, call{"CompareAndSwap", true, func(ctx context.Context, key []byte) error {
			_, err := c.CompareAndSwap(ctx, key, []byte(before), []byte(after))
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.TTLGetter](s); ok {
		calls = append(calls, call{"GetTTL", true, func(ctx context.Context, key []byte) error {
			_, err := c.GetTTL(ctx, key)
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.TTLPutter](s); ok {
		calls = append(calls, call{"PutTTL", true, func(ctx context.Context, key []byte) error {
			return c.PutTTL(ctx, key, []byte(after), time.Hour)
		}})
	}
	if c, ok := kvdb.As[kvdb.Pinger](s); ok {
		calls = append(calls, call{"Ping", false, func(ctx context.Context, _ []byte) error { return c.Ping(ctx) }})
	}
	if c, ok := kvdb.As[kvdb.Lagger](s); ok {
		calls = append(calls, call{"ReplicationLag", false, func(ctx context.Context, _ []byte) error {
			_, err := c.ReplicationLag(ctx)
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.StatsReader](s); ok {
		calls = append(calls, call{"AppendStats", false, func(ctx context.Context, _ []byte) error {
			_, err := c.AppendStats(ctx, nil)
			return err
		}})
	}
	if c, ok := kvdb.As[kvdb.PoolReader](s); ok {
		calls = append(calls, call{"PoolStats", false, func(ctx context.Context, _ []byte) error {
			_, err := c.PoolStats(ctx)
			return err
		}})
	}
	return calls
}

func viewCalls(c kvdb.Viewer) []call {
	in := func(name string, keyed bool, do func(context.Context, kvdb.Reader, []byte) error) call {
		return call{"View and " + name, keyed, func(ctx context.Context, key []byte) error {
			return c.View(ctx, func(r kvdb.Reader) error { return do(ctx, r, key) })
		}}
	}
	return []call{
		in("nothing", false, func(context.Context, kvdb.Reader, []byte) error { return nil }),
		in("Get", true, func(ctx context.Context, r kvdb.Reader, key []byte) error {
			_, err := r.Get(ctx, key)
			return err
		}),
		in("Scan", false, func(ctx context.Context, r kvdb.Reader, _ []byte) error {
			return drain(r.Scan(ctx, kvdb.Range{}))
		}),
	}
}

func updateCalls(c kvdb.Updater) []call {
	in := func(name string, keyed bool, do func(context.Context, kvdb.Txn, []byte) error) call {
		return call{"Update and " + name, keyed, func(ctx context.Context, key []byte) error {
			return c.Update(ctx, func(t kvdb.Txn) error { return do(ctx, t, key) })
		}}
	}
	return []call{
		in("nothing", false, func(context.Context, kvdb.Txn, []byte) error { return nil }),
		in("Get", true, func(ctx context.Context, t kvdb.Txn, key []byte) error {
			_, err := t.Get(ctx, key)
			return err
		}),
		in("Put", true, func(ctx context.Context, t kvdb.Txn, key []byte) error {
			return t.Put(ctx, key, []byte(after))
		}),
		in("Delete", true, func(ctx context.Context, t kvdb.Txn, key []byte) error { return t.Delete(ctx, key) }),
		in("Scan", false, func(ctx context.Context, t kvdb.Txn, _ []byte) error {
			return drain(t.Scan(ctx, kvdb.Range{}))
		}),
	}
}

// drain ranges over entries and returns their error.
func drain(entries iter.Seq2[kvdb.Entry, error]) (last error) {
	for _, err := range entries {
		last = err
	}
	return last
}

var callCases = []storeCase{
	{"EmptyKey", func(f *fixture) {
		for _, c := range callsOf(f.store) {
			if !c.keyed {
				continue
			}
			f.put("other", before)
			for name, key := range map[string][]byte{"nil": nil, "empty": {}} {
				err := f.try(c.name, func() error { return c.do(f.Context(), key) })
				f.wantError(c.name+" of the "+name+" key", err, kvdb.ErrInvalidArgument)
			}
			f.wantValue(f.store, "other", before)
		}
	}},
	{"KeyIsNotChanged", func(f *fixture) {
		for _, c := range callsOf(f.store) {
			f.put("key", before)
			key := append(make([]byte, 0, 16), "key and more"...)[:3]
			if err := c.do(f.Context(), key); err != nil && !errors.Is(err, kvdb.ErrLagUnknown) {
				f.Errorf("%s: %v", c.name, err)
			}
			if got := string(key[:12]); got != "key and more" {
				f.Errorf("%s changed the caller's key to %q", c.name, got)
			}
		}
	}},
	{"CanceledBefore", func(f *fixture) {
		ctx, cancel := context.WithCancel(f.Context())
		cancel()
		f.wantRefused(ctx, func(what string, err error) {
			f.wantError(what, err, context.Canceled)
			if kinds := kindsOf(err); len(kinds) > 0 {
				f.Errorf("%s: error %v has the kind %v; cancellation has none", what, err, kinds[0])
			}
		})
	}},
	{"DeadlineBefore", func(f *fixture) {
		ctx, cancel := context.WithDeadline(f.Context(), time.Unix(1, 0))
		defer cancel()
		f.wantRefused(ctx, func(what string, err error) {
			f.wantError(what, err, context.DeadlineExceeded)
			f.wantError(what, err, kvdb.ErrTimeout)
		})
	}},
}

// wantRefused makes every call with a context that is over.
func (f *fixture) wantRefused(ctx context.Context, check func(what string, err error)) {
	f.Helper()
	for _, c := range callsOf(f.store) {
		f.put("key", before)
		what := c.name + " with a context that is over"
		check(what, f.try(what, func() error { return c.do(ctx, []byte("key")) }))
		f.wantValue(f.store, "key", before)
		f.wantAbsent(f.store, "other")
	}
}
