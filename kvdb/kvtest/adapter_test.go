package kvtest

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// diskAdapter returns a sound adapter.
func diskAdapter() Adapter {
	open := func(path string) (kvdb.Store, error) {
		s, err := openDisk(path, false)
		if err != nil {
			return nil, err
		}
		return Mask(s, diskCapabilities...), nil
	}
	return Adapter{
		Open:     open,
		Variants: map[string]func(string) (kvdb.Store, error){"Again": open},
		OpenReadOnly: func(path string) (kvdb.Store, error) {
			s, err := openDisk(path, true)
			if err != nil {
				return nil, err
			}
			return Mask(s, diskCapabilities...), nil
		},
		Borrow: func(t testing.TB) (kvdb.Store, io.Closer) {
			s, h := borrowDisk(t)
			return Mask(s, diskCapabilities...), h
		},
		Capabilities: diskCapabilities,
	}
}

func TestRunAdapter(t *testing.T) {
	RunAdapter(t, diskAdapter())
}

// opening changes the stores that an adapter opens.
func opening(change func(kvdb.Store) kvdb.Store) func(*Adapter) {
	return func(a *Adapter) {
		open := a.Open
		a.Open = func(path string) (kvdb.Store, error) {
			s, err := open(path)
			if err != nil {
				return nil, err
			}
			return change(s), nil
		}
	}
}

// A changed is a decorator that has all capabilities of the store below, but for
// one that it has in its place.
type changed[C any] struct {
	kvdb.Store
	view C
}

func (c *changed[C]) Unwrap() kvdb.Store { return c.Store }

func (c *changed[C]) As(target any) bool {
	if t, ok := target.(*C); ok {
		*t = c.view
		return true
	}
	d, ok := c.Store.(kvdb.Decorator)
	return ok && d.As(target)
}

func (c *changed[C]) Close() error { return c.Store.Close() }

// A keepingViewer has readers that outlive their view.
type keepingViewer struct{ kvdb.Store }

func (v keepingViewer) View(_ context.Context, fn func(kvdb.Reader) error) error {
	s, ok := kvdb.As[kvdb.Scanner](v.Store)
	if !ok {
		return errOther
	}
	return fn(struct {
		kvdb.Store
		kvdb.Scanner
	}{v.Store, s})
}

// described has another namespace.
type described struct{ info kvdb.Info }

func (d described) Describe() kvdb.Info { return d.info }

// A lasting store is one that Close leaves as it is.
type lasting struct{ kvdb.Store }

func (l lasting) Unwrap() kvdb.Store { return l.Store }
func (l lasting) As(target any) bool { return l.Store.(kvdb.Decorator).As(target) }
func (lasting) Close() error         { return nil }

// forgets loses what was written last.
type forgets struct{ lasting }

func (f forgets) Close() error {
	return errors.Join(f.Delete(context.Background(), []byte("put")), f.Store.Close())
}

// brokenAdapters are adapters with a flaw, and the case that catches it.
var brokenAdapters = []struct {
	flaw, by string
	make     func(*Adapter)
}{
	{"a capability that is not said", "Capabilities", func(a *Adapter) { a.Capabilities = a.Capabilities[1:] }},
	{"a borrowed store with fewer", "Capabilities", func(a *Adapter) {
		borrow := a.Borrow
		a.Borrow = func(t testing.TB) (kvdb.Store, io.Closer) {
			s, h := borrow(t)
			return Mask(s, "Describer"), h
		}
	}},
	{"statistics that stores do not have", "Statistics", func(a *Adapter) {
		a.StatInfos = func() []kvdb.StatInfo { return nil }
	}},
	{"statistics of other stores", "Statistics", func(a *Adapter) {
		a.StatInfos = func() []kvdb.StatInfo { return []kvdb.StatInfo{{Name: "kvdb.engine.n"}} }
		opening(func(s kvdb.Store) kvdb.Store { return &changed[kvdb.StatsReader]{s, newEngine()} })(a)
	}},
	{"shared statistics", "Statistics", func(a *Adapter) {
		infos := newEngine().StatInfos()
		a.StatInfos = func() []kvdb.StatInfo { return infos }
		opening(func(s kvdb.Store) kvdb.Store { return &changed[kvdb.StatsReader]{s, newEngine()} })(a)
	}},
	{"a write is lost", "Reopened", opening(func(s kvdb.Store) kvdb.Store { return forgets{lasting{s}} })},
	{"a variant opens another file", "Reopened", func(a *Adapter) {
		n := 0
		a.Variants["Again"] = func(path string) (kvdb.Store, error) {
			n++
			return a.Open(path + string(rune('0'+n)))
		}
	}},
	{"a reader that writes", "ReadOnly", func(a *Adapter) { a.OpenReadOnly = a.Open }},
	{"no namespace of its own", "Namespace", opening(func(s kvdb.Store) kvdb.Store {
		return &changed[kvdb.Describer]{s, described{kvdb.Info{System: "disk", Namespace: "disk"}}}
	})},
	{"no path is a path", "WrongPath", func(a *Adapter) {
		open := a.Open
		a.Open = func(path string) (kvdb.Store, error) {
			if path == "" {
				return kvdb.NewMemory(nil), nil
			}
			return open(path)
		}
	}},
	{"an error without a kind", "WrongPath", func(a *Adapter) {
		a.Open = func(string) (kvdb.Store, error) { return nil, &kvdb.Error{Op: "open", Err: errOther} }
	}},
	{"no lock", "Locked", func(a *Adapter) { a.Open = unlocked }},
	{"a lock that says nothing", "Locked", func(a *Adapter) {
		open := a.Open
		a.Open = func(path string) (kvdb.Store, error) {
			s, err := open(path)
			if errors.Is(err, kvdb.ErrUnavailable) {
				err = &kvdb.Error{Op: "open", Kind: kvdb.ErrUnavailable}
			}
			return s, err
		}
	}},
	{"no lock", "LockedByAProcess", func(a *Adapter) { a.Open = unlocked }},
	{"Close takes the handle with it", "HandleStaysOpen", func(a *Adapter) {
		a.Borrow = func(testing.TB) (kvdb.Store, io.Closer) {
			m := kvdb.NewMemory(nil)
			return m, m
		}
	}},
	{"a handle that is closed is not noticed", "HandleClosedFirst", func(a *Adapter) {
		a.Borrow = func(testing.TB) (kvdb.Store, io.Closer) { return kvdb.NewMemory(nil), new(diskHandle) }
	}},
	{"Close leaves the store open", "CloseInLoops", opening(func(s kvdb.Store) kvdb.Store { return lasting{s} })},
	{"readers outlive their view", "ViewAfterwards", opening(func(s kvdb.Store) kvdb.Store {
		return &changed[kvdb.Viewer]{s, keepingViewer{s}}
	})},
}

// unlocked opens a store of which there can be several.
func unlocked(string) (kvdb.Store, error) { return kvdb.NewMemory(nil), nil }

// The harness has to catch each of these adapters, in the named case.
func TestRunAdapterCatches(t *testing.T) {
	run := func(t *testing.T, name string, a Adapter) []string {
		i := slices.IndexFunc(adapterCases, func(c adapterCase) bool { return c.name == name })
		if i < 0 {
			t.Fatalf("there is no case %s", name)
		}
		return record(t, func(t testing.TB) { adapterCases[i].run(&adapterFixture{t, a}) })
	}
	caught := make(map[string]bool)
	for _, c := range brokenAdapters {
		t.Run(c.by+" "+c.flaw, func(t *testing.T) {
			caught[c.by] = true
			if c.by != "LockedByAProcess" { // whose process is a test of its own
				if failures := run(t, c.by, diskAdapter()); len(failures) > 0 {
					t.Fatalf("the sound adapter fails: %q", failures)
				}
			}
			broken := diskAdapter()
			c.make(&broken)
			failures := run(t, c.by, broken)
			if len(failures) == 0 {
				t.Errorf("%s does not see it", c.by)
			}
			t.Logf("%.300q", failures)
		})
	}
	for _, c := range adapterCases {
		if !caught[c.name] {
			t.Errorf("no broken adapter is there for %s", c.name)
		}
	}
}
