package kvtest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

var viewCases = []capabilityCase[kvdb.Viewer]{
	{"Reads", func(f *fixture, v kvdb.Viewer) {
		f.fill([]pair{{"a", "1"}, {"empty", ""}})
		runs := 0
		f.view(v, func(r kvdb.Reader) {
			runs++
			f.wantValue(r, "a", "1")
			f.wantValue(r, "empty", "")
			f.wantAbsent(r, "absent")
			wantOwnedReads(f, r)
		})
		if runs != 1 {
			f.Errorf("View called its function %d times", runs)
		}
	}},
	{"Ranges", func(f *fixture, v kvdb.Viewer) {
		all := f.fillBinary()
		f.view(v, func(r kvdb.Reader) { wantRanges(f, r, all) })
	}},
	{"KeysOnly", func(f *fixture, v kvdb.Viewer) {
		all := f.fillBinary()
		f.view(v, func(r kvdb.Reader) { wantKeysOnly(f, r, all) })
	}},
	{"Errors", func(f *fixture, v kvdb.Viewer) {
		f.fill(numbered(20))
		f.view(v, func(r kvdb.Reader) { wantReaderErrors(f, r) })
	}},
	{"OneState", func(f *fixture, v kvdb.Viewer) {
		f.fill([]pair{{"changed", "old"}, {"deleted", "old"}})
		var wg sync.WaitGroup
		defer wg.Wait()
		f.view(v, func(r kvdb.Reader) {
			f.wantValue(r, "changed", "old")
			written := make(chan struct{})
			wg.Go(func() {
				defer close(written)
				err := errors.Join(
					f.store.Put(f.Context(), []byte("changed"), []byte("new")),
					f.store.Put(f.Context(), []byte("added"), []byte("new")),
					f.store.Delete(f.Context(), []byte("deleted")))
				if err != nil {
					f.Error(err)
				}
			})
			// An engine may let writers wait for readers.
			select {
			case <-written:
			case <-time.After(time.Second):
			}
			f.wantValue(r, "changed", "old")
			f.wantValue(r, "deleted", "old")
			f.wantAbsent(r, "added")
			f.wantPairs("of a view", r.Scan(f.Context(), kvdb.Range{}), []pair{{"changed", "old"}, {"deleted", "old"}})
		})
		wg.Wait()
		f.wantValue(f.store, "changed", "new")
	}},
	{"OwnError", func(f *fixture, v kvdb.Viewer) {
		own := errors.New("the caller's own")
		for _, want := range []error{own, kvdb.ErrNotFound, context.Canceled, &kvdb.Error{Op: "own", Kind: kvdb.ErrConflict}} {
			if err := v.View(f.Context(), func(kvdb.Reader) error { return want }); err != want {
				f.Errorf("View returned %v (%T), want the error of its function as it is: %v", err, err, want)
			}
		}
		f.wantUsable()
	}},
	{"Panic", func(f *fixture, v kvdb.Viewer) {
		f.wantPanic("View", func(p any) { _ = v.View(f.Context(), func(kvdb.Reader) error { panic(p) }) })
	}},
	{"ReaderAfterwards", func(f *fixture, v kvdb.Viewer) {
		f.put("a", "1")
		var kept kvdb.Reader
		f.view(v, func(r kvdb.Reader) { kept = r })
		wantReaderOver(f, kept)
	}},
}

func (f *fixture) view(v kvdb.Viewer, fn func(kvdb.Reader)) {
	f.Helper()
	err := v.View(f.Context(), func(r kvdb.Reader) error {
		fn(r)
		return nil
	})
	if err != nil {
		f.Fatalf("View: %v", err)
	}
}

func (f *fixture) wantUsable() {
	f.Helper()
	f.put("usable", "v")
	f.wantValue(f.store, "usable", "v")
	f.close()
}

// wantOwnedReads checks that the caller may change what r returns for a.
func wantOwnedReads(f *fixture, r kvdb.Reader) {
	f.Helper()
	got, err := r.Get(f.Context(), []byte("a"))
	if err != nil {
		f.Fatal(err)
	}
	scribble(got)
	f.wantValue(r, "a", "1")
}

// wantReaderErrors checks what a reader of twenty keys refuses.
func wantReaderErrors(f *fixture, r kvdb.Reader) {
	f.Helper()
	gone, cancel := context.WithCancel(f.Context())
	cancel()
	_, err := r.Get(gone, []byte("key 00000"))
	f.wantError("Get of a reader with a cancelled context", err, context.Canceled)
	_, err = f.scanError(r.Scan(gone, kvdb.Range{}))
	f.wantError("Scan of a reader with a cancelled context", err, context.Canceled)
	_, err = r.Get(f.Context(), nil)
	f.wantError("Get of a reader with an empty key", err, kvdb.ErrInvalidArgument)
	_, err = f.scanError(r.Scan(f.Context(), kvdb.Range{Limit: -1}))
	f.wantError("Scan of a reader with a negative limit", err, kvdb.ErrInvalidArgument)
	f.wantValue(r, "key 00000", "value 0")
}

// wantReaderOver checks that a reader whose function has returned fails.
func wantReaderOver(f *fixture, r kvdb.Reader) {
	f.Helper()
	f.wantWrapped("Get of a reader that is over", f.try("Get of a reader that is over", func() error {
		_, err := r.Get(f.Context(), []byte("a"))
		return err
	}))
	f.wantWrapped("Scan of a reader that is over", f.try("Scan of a reader that is over", func() error {
		return drain(r.Scan(f.Context(), kvdb.Range{}))
	}))
	f.wantUsable()
}
