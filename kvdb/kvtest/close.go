package kvtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

var closeCases = []storeCase{
	{"Twice", func(f *fixture) {
		f.close()
		for range 2 {
			f.wantError("a second Close", f.try("a second Close", f.store.Close), kvdb.ErrClosed)
		}
	}},
	{"CallsAfter", func(f *fixture) {
		f.put("key", before)
		calls := callsOf(f.store)
		f.close()
		for _, c := range append(calls, callsOf(f.store)...) {
			what := c.name + " after Close"
			f.wantError(what, f.try(what, func() error { return c.do(f.Context(), []byte("key")) }), kvdb.ErrClosed)
		}
	}},
	{"FunctionsAfter", func(f *fixture) {
		f.close()
		if c, ok := kvdb.As[kvdb.Viewer](f.store); ok {
			_ = c.View(f.Context(), func(kvdb.Reader) error {
				f.Error("View called its function after Close")
				return nil
			})
		}
		if c, ok := kvdb.As[kvdb.Updater](f.store); ok {
			_ = c.Update(f.Context(), func(kvdb.Txn) error {
				f.Error("Update called its function after Close")
				return nil
			})
		}
	}},
	{"ScanBegunBefore", func(f *fixture) {
		f.put("key", before)
		scans := map[string]iter.Seq2[kvdb.Entry, error]{}
		if c, ok := kvdb.As[kvdb.Scanner](f.store); ok {
			scans["Scan"] = c.Scan(f.Context(), kvdb.Range{})
		}
		if c, ok := kvdb.As[kvdb.PrefixScanner](f.store); ok {
			scans["ScanPrefix"] = c.ScanPrefix(f.Context(), nil)
		}
		f.close()
		for name, entries := range scans {
			n, err := f.scanError(entries)
			f.wantError(name+" ranged over after Close", err, kvdb.ErrClosed)
			if n > 0 {
				f.Errorf("%s yielded %d entries after Close", name, n)
			}
		}
	}},
	{"DuringUse", closeDuringUse},
}

func (f *fixture) close() {
	f.Helper()
	if err := f.store.Close(); err != nil {
		f.Fatalf("Close: %v", err)
	}
}

// closeDuringUse closes the store under goroutines that use it, and lets each
// make every call once more after that.
func closeDuringUse(f *fixture) {
	f.put("key", before)
	calls := callsOf(f.store)
	const users = 4
	var closed atomic.Bool
	var warm sync.WaitGroup
	warm.Add(users)
	f.parallel(users+1, func(i int) error {
		if i == users {
			warm.Wait()
			defer closed.Store(true)
			return f.store.Close()
		}
		warmed := sync.OnceFunc(warm.Done)
		defer warmed()
		for n, refused := i, 0; refused < len(calls); n++ {
			if n == i+len(calls) {
				warmed()
			}
			c, late := calls[n%len(calls)], closed.Load()
			err := c.do(f.Context(), []byte("key"))
			switch {
			case late && !errors.Is(err, kvdb.ErrClosed):
				return fmt.Errorf("%s after Close: error %v, want ErrClosed", c.name, err)
			case late:
				refused++
			case !harmless(err) && !errors.Is(err, kvdb.ErrClosed):
				return fmt.Errorf("%s during Close: %w", c.name, err)
			}
		}
		return nil
	})
}

// harmless reports whether err is what a call may meet when others use the
// store at the same time.
func harmless(err error) bool {
	return err == nil || err == kvdb.ErrNotFound ||
		errors.Is(err, kvdb.ErrConflict) || errors.Is(err, kvdb.ErrLagUnknown)
}

var concurrentCases = []storeCase{
	{"OwnKeys", func(f *fixture) {
		f.parallel(8, func(i int) error {
			for n := range 20 {
				key, value := fmt.Appendf(nil, "goroutine %d", i), fmt.Sprint("value ", n)
				if err := f.store.Put(f.Context(), key, []byte(value)); err != nil {
					return err
				}
				if got, err := f.store.Get(f.Context(), key); err != nil || string(got) != value {
					return fmt.Errorf("Get(%q) = %q, %v, want %q", key, got, err, value)
				}
				if err := f.store.Delete(f.Context(), key); err != nil {
					return err
				}
				if got, err := f.store.Get(f.Context(), key); err != kvdb.ErrNotFound {
					return fmt.Errorf("Get(%q) = %q, %v after Delete, want ErrNotFound", key, got, err)
				}
			}
			return nil
		})
	}},
	{"MixedCalls", func(f *fixture) {
		calls := callsOf(f.store)
		f.parallel(6, func(i int) error {
			for n := range 3 * len(calls) {
				c := calls[(n+i)%len(calls)]
				if err := c.do(f.Context(), []byte("key")); !harmless(err) {
					return fmt.Errorf("%s: %w", c.name, err)
				}
			}
			return nil
		})
	}},
	{"OneCanceled", func(f *fixture) {
		f.put("key", before)
		gone, cancel := context.WithCancel(f.Context())
		cancel()
		f.parallel(6, func(i int) error {
			for range 20 {
				ctx, want := f.Context(), error(nil)
				if i%2 == 0 {
					ctx, want = gone, context.Canceled
				}
				if _, err := f.store.Get(ctx, []byte("key")); !errors.Is(err, want) {
					return fmt.Errorf("Get: error %v, want %v", err, want)
				}
			}
			return nil
		})
	}},
}
