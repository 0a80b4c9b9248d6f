package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

var batchCases = []capabilityCase[kvdb.Batcher]{
	{"Empty", func(f *fixture, b kvdb.Batcher) {
		for name, muts := range map[string][]kvdb.Mutation{"nil": nil, "empty": {}} {
			if err := b.Apply(f.Context(), muts); err != nil {
				f.Errorf("Apply of a %s batch: %v", name, err)
			}
		}
	}},
	{"Mixed", func(f *fixture, b kvdb.Batcher) {
		f.fill([]pair{{"a", "1"}, {"b", "2"}, {"c", "3"}})
		f.apply(b, put("a", "new"), del("b"), put("d", "4"), del("absent"))
		f.wantValue(f.store, "a", "new")
		f.wantAbsent(f.store, "b")
		f.wantValue(f.store, "c", "3")
		f.wantValue(f.store, "d", "4")
	}},
	{"EmptyValue", func(f *fixture, b kvdb.Batcher) {
		f.apply(b, kvdb.Mutation{Key: []byte("nil")}, put("empty", ""))
		f.wantValue(f.store, "nil", "")
		f.wantValue(f.store, "empty", "")
	}},
	{"LastOfEqualKeysWins", func(f *fixture, b kvdb.Batcher) {
		f.apply(b, put("a", "1"), put("b", "1"), del("c"), put("a", "2"), del("b"), put("c", "3"), put("a", "3"))
		f.wantValue(f.store, "a", "3")
		f.wantAbsent(f.store, "b")
		f.wantValue(f.store, "c", "3")
	}},
	{"DeleteIgnoresValue", func(f *fixture, b kvdb.Batcher) {
		f.put("a", "1")
		f.apply(b, kvdb.Mutation{Key: []byte("a"), Value: []byte("2"), Delete: true})
		f.wantAbsent(f.store, "a")
	}},
	{"CallerKeepsBytes", func(f *fixture, b kvdb.Batcher) {
		muts := []kvdb.Mutation{put("a", "1"), put("b", "2")}
		f.apply(b, muts...)
		if !bytes.Equal(muts[0].Key, []byte("a")) || !bytes.Equal(muts[1].Value, []byte("2")) {
			f.Errorf("Apply changed the caller's mutations to %+v", muts)
		}
		for i := range muts {
			scribble(muts[i].Key, muts[i].Value)
		}
		copy(muts, []kvdb.Mutation{del("a"), del("b")})
		f.wantValue(f.store, "a", "1")
		f.wantValue(f.store, "b", "2")
		f.wantAbsent(f.store, "#")
	}},
	{"FailureLeavesNothing", func(f *fixture, b kvdb.Batcher) {
		f.put("b", "old")
		err := b.Apply(f.Context(), []kvdb.Mutation{put("a", "1"), del("b"), put("", "2"), put("c", "3")})
		f.wantError("Apply with an empty key", err, kvdb.ErrInvalidArgument)
		if n := f.info.MaxKey; n > 0 && n < 1<<20 {
			long := string(bytes.Repeat([]byte("k"), n+1))
			err := b.Apply(f.Context(), []kvdb.Mutation{put("a", "1"), del("b"), put(long, "2"), put("c", "3")})
			f.wantError("Apply with a key above MaxKey", err, kvdb.ErrTooLarge)
		}
		f.wantAbsent(f.store, "a")
		f.wantValue(f.store, "b", "old")
		f.wantAbsent(f.store, "c")
	}},
	{"VisibleAtOnce", func(f *fixture, b kvdb.Batcher) {
		visibleAtOnce(f, func(value string) error {
			return b.Apply(f.Context(), []kvdb.Mutation{put("a", value), put("b", value), put("c", value)})
		})
	}},
}

func (f *fixture) apply(b kvdb.Batcher, muts ...kvdb.Mutation) {
	f.Helper()
	if err := b.Apply(f.Context(), muts); err != nil {
		f.Fatalf("Apply: %v", err)
	}
}

// visibleAtOnce lets readers look for a state between two writes. Write sets
// the keys a, b and c to the same number, which grows.
func visibleAtOnce(f *fixture, write func(value string) error) {
	f.fill([]pair{{"a", "0"}, {"b", "0"}, {"c", "0"}})
	viewer, _ := kvdb.As[kvdb.Viewer](f.store)
	const readers, rounds = 3, 100
	var reading, written atomic.Int64
	reading.Store(readers)
	f.parallel(readers+1, func(i int) error {
		if i == readers {
			defer written.Store(rounds)
			for n := 1; reading.Load() > 0; n++ {
				written.Add(1)
				if err := write(strconv.Itoa(n)); err != nil && !errors.Is(err, kvdb.ErrConflict) {
					return err
				}
			}
			return nil
		}
		defer reading.Add(-1)
		for n := 0; n < rounds || written.Load() < rounds; n++ {
			if err := inOrder(f, f.store, i); err != nil {
				return err
			}
			if viewer == nil {
				continue
			}
			err := viewer.View(f.Context(), func(r kvdb.Reader) error { return equal(f, r) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// inOrder reads the keys one after the other, from where and in what direction
// depends on i. Each must be as new as the one before, or the write of that one
// was not the write of all.
func inOrder(f *fixture, r getter, i int) error {
	order := [...]string{"abc", "cba", "bca"}[i]
	last := 0
	for _, key := range order {
		n, err := number(f, r, string(key))
		if err != nil {
			return err
		}
		if n < last {
			return fmt.Errorf("a write came apart: read in the order %s, %c is %d after a %d", order, key, n, last)
		}
		last = n
	}
	return nil
}

// equal checks that the keys have one value.
func equal(f *fixture, r getter) error {
	first, err := number(f, r, "a")
	if err != nil {
		return err
	}
	for _, key := range []string{"b", "c"} {
		n, err := number(f, r, key)
		if err != nil {
			return err
		}
		if n != first {
			return fmt.Errorf("a write came apart: in one state, a is %d and %s is %d", first, key, n)
		}
	}
	return nil
}

// number reads the number under key.
func number(f *fixture, r getter, key string) (int, error) {
	value, err := r.Get(f.Context(), []byte(key))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(value))
}
