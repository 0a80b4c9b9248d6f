package kvtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
)

// A fixture is one case's store and how it reports.
type fixture struct {
	testing.TB
	store kvdb.Store
	info  kvdb.Info // zero when the store does not describe itself
}

// A pair is an Entry that may be kept.
type pair struct{ key, value string }

func (f *fixture) put(key, value string) {
	f.Helper()
	if err := f.store.Put(f.Context(), []byte(key), []byte(value)); err != nil {
		f.Fatalf("Put(%.40q): %v", key, err)
	}
}

// fill puts the pairs, in batches where the store has them.
func (f *fixture) fill(pairs []pair) {
	f.Helper()
	b, ok := kvdb.As[kvdb.Batcher](f.store)
	if !ok {
		for _, p := range pairs {
			f.put(p.key, p.value)
		}
		return
	}
	const most = 100
	for len(pairs) > 0 {
		n := min(most, len(pairs))
		muts := make([]kvdb.Mutation, n)
		for i, p := range pairs[:n] {
			muts[i] = put(p.key, p.value)
		}
		if err := b.Apply(f.Context(), muts); err != nil {
			f.Fatalf("Apply: %v", err)
		}
		pairs = pairs[n:]
	}
}

func put(key, value string) kvdb.Mutation {
	return kvdb.Mutation{Key: []byte(key), Value: []byte(value)}
}

func del(key string) kvdb.Mutation {
	return kvdb.Mutation{Key: []byte(key), Delete: true}
}

// wantValue checks what stands under key: value, and not nil.
func (f *fixture) wantValue(r getter, key, value string) {
	f.Helper()
	got, err := r.Get(f.Context(), []byte(key))
	switch {
	case err != nil:
		f.Errorf("Get(%.40q): %v, want %.40q", key, err, value)
	case got == nil:
		f.Errorf("Get(%.40q) is nil without an error", key)
	case string(got) != value:
		f.Errorf("Get(%.40q) = %.40q (%d bytes), want %.40q (%d bytes)", key, got, len(got), value, len(value))
	}
}

func (f *fixture) wantAbsent(r getter, key string) {
	f.Helper()
	switch got, err := r.Get(f.Context(), []byte(key)); {
	case err == nil:
		f.Errorf("Get(%.40q) = %.40q, want ErrNotFound", key, got)
	case err != kvdb.ErrNotFound:
		f.Errorf("Get(%.40q): %v, want ErrNotFound itself", key, err)
	}
}

type getter interface {
	Get(ctx context.Context, key []byte) ([]byte, error)
}

// wantError checks that err is an *kvdb.Error that matches want, and no other
// kind than want.
func (f *fixture) wantError(what string, err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Errorf("%s: error %v, want a match of %v", what, err, want)
		return
	}
	f.wantWrapped(what, err)
	if kinds := kindsOf(err); len(kinds) > 1 {
		f.Errorf("%s: error %v matches more than one kind: %v", what, err, kinds)
	}
}

// wantWrapped checks that err is an error and an *kvdb.Error.
func (f *fixture) wantWrapped(what string, err error) {
	f.Helper()
	var wrapped *kvdb.Error
	if !errors.As(err, &wrapped) {
		f.Errorf("%s: error %v (%T) is no *kvdb.Error", what, err, err)
	}
}

func kindsOf(err error) []error {
	var kinds []error
	for _, kind := range []error{
		kvdb.ErrNotFound, kvdb.ErrInvalidArgument, kvdb.ErrTooLarge, kvdb.ErrClosed, kvdb.ErrReadOnly, kvdb.ErrConflict,
		kvdb.ErrTimeout, kvdb.ErrUnavailable, kvdb.ErrNoSpace, kvdb.ErrCorruption, kvdb.ErrLagUnknown,
	} {
		if errors.Is(err, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// collect ranges over entries to the end.
func (f *fixture) collect(entries iter.Seq2[kvdb.Entry, error]) []pair {
	f.Helper()
	var pairs []pair
	for e, err := range entries {
		if err != nil {
			f.Fatalf("a scan failed after %d entries: %v", len(pairs), err)
		}
		if e.Key == nil || e.Value == nil {
			f.Errorf("a scan yielded the nil key or value of %+q, %+q", e.Key, e.Value)
		}
		pairs = append(pairs, pair{string(e.Key), string(e.Value)})
	}
	return pairs
}

// scanError ranges over entries that end in an error and returns how many came
// before it, and the error.
func (f *fixture) scanError(entries iter.Seq2[kvdb.Entry, error]) (n int, last error) {
	f.Helper()
	for e, err := range entries {
		switch {
		case last != nil:
			f.Fatalf("a scan goes on after its error, with %q, %v", e.Key, err)
		case err != nil && (e.Key != nil || e.Value != nil):
			f.Errorf("a scan yielded its error with the entry %q, want a zero Entry", e.Key)
		case err == nil:
			n++
		}
		last = err
	}
	return n, last
}

// try calls fn and turns a panic into a failure of the test.
func (f *fixture) try(what string, fn func() error) (err error) {
	f.Helper()
	defer func() {
		if p := recover(); p != nil {
			f.Errorf("%s panicked: %v", what, p)
			err = fmt.Errorf("%s panicked: %v", what, p)
		}
	}()
	return fn()
}

// parallel runs fn on n goroutines at once, waits for them, and reports their
// errors.
func (f *fixture) parallel(n int, fn func(i int) error) {
	f.Helper()
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			errs[i] = fn(i)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			f.Error(err)
		}
	}
}

// scribble overwrites what the suite has handed to a store or got from one.
func scribble(bufs ...[]byte) {
	for _, b := range bufs {
		copy(b, bytes.Repeat([]byte{'#'}, len(b)))
	}
}
