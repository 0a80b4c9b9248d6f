package kvtest

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
)

var adapterCases = []adapterCase{
	{"Capabilities", func(f *adapterFixture) {
		borrowed, _ := f.borrow()
		for how, s := range map[string]kvdb.Store{"Open": f.open(newPath(f)), "New": borrowed} {
			if got := kvdb.Capabilities(s); !slices.Equal(got, f.adapter.Capabilities) {
				f.Errorf("a store of %s has the capabilities\n%q, want\n%q", how, got, f.adapter.Capabilities)
			}
		}
	}},
	{"Statistics", func(f *adapterFixture) {
		s := f.open(newPath(f))
		r, ok := kvdb.As[kvdb.StatsReader](s)
		if ok != (f.adapter.StatInfos != nil) {
			f.Fatalf("the store has statistics: %t, the package declares some: %t", ok, !ok)
		}
		if !ok {
			return
		}
		infos := f.adapter.StatInfos()
		if got := r.StatInfos(); !reflect.DeepEqual(got, infos) {
			f.Errorf("the store declares\n%+v, the package\n%+v", got, infos)
		}
		infos[0].Name = "the caller's"
		if f.adapter.StatInfos()[0].Name == "the caller's" {
			f.Error("the result of StatInfos is shared")
		}
	}},
	{"Reopened", func(f *adapterFixture) {
		opens := map[string]func(string) (kvdb.Store, error){"Open": f.adapter.Open}
		for name, open := range f.adapter.Variants {
			opens[name] = open
		}
		for name, open := range opens {
			path := newPath(f)
			s := f.opened(open(path))
			f.on(s).writeInEveryWay()
			f.close(s)
			s = f.opened(open(path))
			f.on(s).wantWritten(name)
			f.close(s)
		}
	}},
	{"ReadOnly", func(f *adapterFixture) {
		if f.adapter.OpenReadOnly == nil {
			return
		}
		path := newPath(f)
		s := f.open(path)
		f.on(s).writeInEveryWay()
		f.close(s)
		s = f.opened(f.adapter.OpenReadOnly(path))
		f.on(s).wantWritten("for reading")
		g := f.on(s)
		g.wantError("Put", s.Put(f.Context(), []byte("k"), nil), kvdb.ErrReadOnly)
		g.wantError("Delete", s.Delete(f.Context(), []byte("put")), kvdb.ErrReadOnly)
		if b, ok := kvdb.As[kvdb.Batcher](s); ok {
			g.wantError("Apply", b.Apply(f.Context(), []kvdb.Mutation{{Key: []byte("k")}}), kvdb.ErrReadOnly)
		}
		g.wantValue(s, "put", "1")
	}},
	{"Namespace", func(f *adapterFixture) {
		borrowed, _ := f.borrow()
		d, ok := kvdb.As[kvdb.Describer](borrowed)
		if !ok || d.Describe().Namespace == "" {
			f.Error("a store on a borrowed handle has no namespace")
		}
		path := newPath(f)
		d, ok = kvdb.As[kvdb.Describer](f.open(path))
		if !ok || d.Describe().Namespace != filepath.Base(path) {
			f.Errorf("a store in %s does not describe itself by the base name", path)
		}
	}},
	{"WrongPath", func(f *adapterFixture) {
		file := filepath.Join(f.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			f.Fatal(err)
		}
		for what, path := range map[string]string{"no path": "", "a file in place of a directory": filepath.Join(file, "kvtest.db")} {
			s, err := f.adapter.Open(path)
			if err == nil {
				f.Errorf("Open of %s works", what)
				_ = s.Close()
				continue
			}
			f.on(nil).wantError("Open of "+what, err, kvdb.ErrInvalidArgument)
		}
	}},
	{"Locked", func(f *adapterFixture) {
		path := newPath(f)
		s := f.open(path)
		f.wantLocked(path, "this process")
		f.close(s)
		f.close(f.open(path))
	}},
	{"LockedByAProcess", lockedByAProcess},
	{"HandleStaysOpen", func(f *adapterFixture) {
		s, h := f.borrow()
		f.on(s).put("k", "v")
		f.close(s)
		if err := h.Close(); err != nil {
			f.Errorf("Close of the handle after that of the store: %v, want that it was open", err)
		}
	}},
	{"HandleClosedFirst", func(f *adapterFixture) {
		s, h := f.borrow()
		f.on(s).put("key", before)
		if err := h.Close(); err != nil {
			f.Fatal(err)
		}
		for _, c := range callsOf(s) {
			what := c.name + " after Close of the handle"
			f.on(s).wantError(what, f.on(s).try(what, func() error { return c.do(f.Context(), []byte("key")) }), kvdb.ErrClosed)
		}
		if err := f.on(s).try("Close", s.Close); err != nil {
			f.Errorf("Close after that of the handle: %v", err)
		}
	}},
	{"CloseInLoops", func(f *adapterFixture) {
		path := newPath(f)
		s := f.open(path)
		v, viewer := kvdb.As[kvdb.Viewer](s)
		sc, scanner := kvdb.As[kvdb.Scanner](s)
		if !viewer || !scanner {
			return
		}
		g := f.on(s)
		g.put("a", "1")
		g.put("b", "2")
		abandoned, stop := iter.Pull2(sc.Scan(f.Context(), kvdb.Range{}))
		defer stop()
		if e, err, ok := abandoned(); !ok || err != nil || string(e.Key) != "a" {
			f.Errorf("the first step is %q, %v", e.Key, err)
		}
		var steps []string
		err := v.View(f.Context(), func(r kvdb.Reader) error {
			for e, err := range r.Scan(f.Context(), kvdb.Range{}) {
				if err != nil {
					g.wantError("a step of the view's scan after Close", err, kvdb.ErrClosed)
					continue
				}
				if err := s.Close(); err != nil {
					f.Errorf("Close within a loop: %v", err)
				}
				steps = append(steps, string(e.Key)+string(e.Value)) // which are still valid
			}
			_, err := r.Get(f.Context(), []byte("a"))
			return err
		})
		g.wantError("a read of the view after Close", err, kvdb.ErrClosed)
		if !slices.Equal(steps, []string{"a1"}) {
			f.Errorf("the view's scan yielded %q, want one entry before Close", steps)
		}
		if _, err, _ := abandoned(); !errors.Is(err, kvdb.ErrClosed) {
			f.Errorf("a step of the scan after Close: %v", err)
		}
		again := f.open(path) // nothing holds the database any more
		f.on(again).wantValue(again, "a", "1")
	}},
	{"ViewAfterwards", func(f *adapterFixture) {
		s := f.open(newPath(f))
		v, ok := kvdb.As[kvdb.Viewer](s)
		if !ok {
			return
		}
		g := f.on(s)
		g.put("a", "1")
		var leaked kvdb.Reader
		if err := v.View(f.Context(), func(r kvdb.Reader) error { leaked = r; return nil }); err != nil {
			f.Fatal(err)
		}
		const get, scan = "Get of a reader whose view is over", "Scan of a reader whose view is over"
		g.wantWrapped(get, g.try(get, func() error { _, err := leaked.Get(f.Context(), []byte("a")); return err }))
		g.wantWrapped(scan, g.try(scan, func() (last error) { _, last = g.scanError(leaked.Scan(f.Context(), kvdb.Range{})); return last }))
	}},
}

// writeInEveryWay writes with every capability that the store has.
func (f *fixture) writeInEveryWay() {
	f.Helper()
	ctx := f.Context()
	f.put("put", "0")
	f.put("put", "1")
	f.put("deleted", "1")
	errs := []error{f.store.Delete(ctx, []byte("deleted"))}
	if b, ok := kvdb.As[kvdb.Batcher](f.store); ok {
		f.put("unbatched", "1")
		errs = append(errs, b.Apply(ctx, []kvdb.Mutation{{Key: []byte("batch"), Value: []byte("2")}, {Key: []byte("unbatched"), Delete: true}}))
	}
	if u, ok := kvdb.As[kvdb.Updater](f.store); ok {
		errs = append(errs, u.Update(ctx, func(tx kvdb.Txn) error { return tx.Put(ctx, []byte("update"), []byte("3")) }))
	}
	if s, ok := kvdb.As[kvdb.Swapper](f.store); ok {
		_, err := s.CompareAndSwap(ctx, []byte("swap"), nil, []byte("4"))
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		f.Fatal(err)
	}
}

// wantWritten checks for what writeInEveryWay wrote.
func (f *fixture) wantWritten(how string) {
	f.Helper()
	wants := map[string]string{"put": "1", "deleted": ""}
	if _, ok := kvdb.As[kvdb.Batcher](f.store); ok {
		wants["batch"], wants["unbatched"] = "2", ""
	}
	if _, ok := kvdb.As[kvdb.Updater](f.store); ok {
		wants["update"] = "3"
	}
	if _, ok := kvdb.As[kvdb.Swapper](f.store); ok {
		wants["swap"] = "4"
	}
	for key, want := range wants {
		got, err := f.store.Get(f.Context(), []byte(key))
		switch {
		case want == "" && err != kvdb.ErrNotFound:
			f.Errorf("%s: after opening again the deleted key %s is there: %q, %v", how, key, got, err)
		case want != "" && (err != nil || string(got) != want):
			f.Errorf("%s: after opening again %s is %q, %v, want %q", how, key, got, err, want)
		}
	}
}

// wantLocked checks that a database that somebody has open is refused.
func (f *adapterFixture) wantLocked(path, by string) {
	f.Helper()
	s, err := f.adapter.Open(path)
	if err == nil {
		_ = s.Close()
		f.Errorf("Open of what %s has open works", by)
		return
	}
	f.on(nil).wantError("Open of what "+by+" has open", err, kvdb.ErrUnavailable)
	if !strings.Contains(err.Error(), path) {
		f.Errorf("Open of what %s has open: %v, want the path in it", by, err)
	}
}
