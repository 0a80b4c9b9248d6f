package kvtest

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/otelkv/otelkv/kvdb"
)

var updateCases = []capabilityCase[kvdb.Updater]{
	{"Commit", func(f *fixture, u kvdb.Updater) {
		f.fill([]pair{{"a", "1"}, {"b", "2"}})
		f.update(u, func(t kvdb.Txn) {
			f.txnPut(t, "a", "new")
			f.txnDelete(t, "b")
			f.txnDelete(t, "absent")
			f.txnPut(t, "c", "")
			f.txnPut(t, "d", "1")
			f.txnPut(t, "d", "2")
		})
		f.wantValue(f.store, "a", "new")
		f.wantAbsent(f.store, "b")
		f.wantValue(f.store, "c", "")
		f.wantValue(f.store, "d", "2")
	}},
	{"NilValue", func(f *fixture, u kvdb.Updater) {
		f.update(u, func(t kvdb.Txn) {
			if err := t.Put(f.Context(), []byte("a"), nil); err != nil {
				f.Fatal(err)
			}
			f.wantValue(t, "a", "")
		})
		f.wantValue(f.store, "a", "")
	}},
	{"Nothing", func(f *fixture, u kvdb.Updater) {
		f.update(u, func(kvdb.Txn) {})
		f.put("a", "1")
		f.update(u, func(t kvdb.Txn) { f.wantValue(t, "a", "1") })
		f.wantUsable()
	}},
	{"ReadsOwnWrites", func(f *fixture, u kvdb.Updater) {
		f.fill([]pair{{"a", "1"}, {"b", "2"}, {"empty", ""}})
		f.update(u, func(t kvdb.Txn) {
			f.wantValue(t, "empty", "")
			wantOwnedReads(f, t)
			f.txnPut(t, "a", "new")
			f.wantValue(t, "a", "new")
			f.txnDelete(t, "b")
			f.wantAbsent(t, "b")
			f.txnPut(t, "b", "again")
			f.wantValue(t, "b", "again")
			f.wantAbsent(t, "c")
			f.txnPut(t, "c", "3")
			f.wantValue(t, "c", "3")
			f.txnDelete(t, "c")
			f.wantAbsent(t, "c")
		})
		f.wantValue(f.store, "b", "again")
		f.wantAbsent(f.store, "c")
	}},
	{"Ranges", func(f *fixture, u kvdb.Updater) {
		all := f.fillBinary()
		f.update(u, func(t kvdb.Txn) { wantRanges(f, t, all) })
	}},
	{"RangesOfOwnWrites", func(f *fixture, u kvdb.Updater) {
		// Of every four binary keys one is in the store, one is changed, one is
		// added and one is removed by the transaction.
		var stored, want []pair
		for i, key := range binaryKeys {
			switch i % 4 {
			case 0:
				want = append(want, pair{key, "stored"})
			case 1, 2:
				want = append(want, pair{key, "written"})
			}
			if i%4 != 2 {
				stored = append(stored, pair{key, "stored"})
			}
		}
		f.fill(stored)
		f.update(u, func(t kvdb.Txn) {
			for i, key := range binaryKeys {
				switch i % 4 {
				case 1, 2:
					f.txnPut(t, key, "written")
				case 3:
					f.txnDelete(t, key)
				}
			}
			wantRanges(f, t, want)
		})
	}},
	{"KeysOnly", func(f *fixture, u kvdb.Updater) {
		all := numbered(8)
		f.fill(all[:6])
		f.update(u, func(t kvdb.Txn) {
			for _, p := range all[4:] {
				f.txnPut(t, p.key, p.value)
			}
			f.txnDelete(t, all[0].key)
			wantKeysOnly(f, t, all[1:])
		})
	}},
	{"CallerKeepsBytes", func(f *fixture, u kvdb.Updater) {
		f.put("b", "2")
		f.update(u, func(t kvdb.Txn) {
			key, value, other := []byte("a"), []byte("1"), []byte("b")
			if err := errors.Join(t.Put(f.Context(), key, value), t.Delete(f.Context(), other)); err != nil {
				f.Fatal(err)
			}
			scribble(key, value, other)
			f.wantValue(t, "a", "1")
		})
		f.wantValue(f.store, "a", "1")
		f.wantAbsent(f.store, "b")
		f.wantAbsent(f.store, "#")
	}},
	{"Rollback", func(f *fixture, u kvdb.Updater) {
		f.put("b", "old")
		own := errors.New("the caller's own")
		for _, want := range []error{own, kvdb.ErrNotFound, context.Canceled, &kvdb.Error{Op: "own", Kind: kvdb.ErrInvalidArgument}} {
			err := u.Update(f.Context(), func(t kvdb.Txn) error {
				f.txnPut(t, "a", "1")
				f.txnDelete(t, "b")
				return want
			})
			if err != want {
				f.Errorf("Update returned %v (%T), want the error of its function as it is: %v", err, err, want)
			}
			f.wantAbsent(f.store, "a")
			f.wantValue(f.store, "b", "old")
		}
		f.wantUsable()
	}},
	{"Errors", func(f *fixture, u kvdb.Updater) {
		f.fill(numbered(20))
		f.update(u, func(t kvdb.Txn) {
			wantReaderErrors(f, t)
			f.wantError("Put of a transaction with an empty key", t.Put(f.Context(), nil, nil), kvdb.ErrInvalidArgument)
			f.wantError("Delete of a transaction with an empty key", t.Delete(f.Context(), nil), kvdb.ErrInvalidArgument)
			gone, cancel := context.WithCancel(f.Context())
			cancel()
			key := []byte("key 00000")
			f.wantError("Put of a transaction with a cancelled context", t.Put(gone, key, nil), context.Canceled)
			f.wantError("Delete of a transaction with a cancelled context", t.Delete(gone, key), context.Canceled)
		})
		f.wantValue(f.store, "key 00000", "value 0")
	}},
	{"CanceledDuring", func(f *fixture, u kvdb.Updater) {
		ctx, cancel := context.WithCancel(f.Context())
		defer cancel()
		err := u.Update(ctx, func(t kvdb.Txn) error {
			f.txnPut(t, "a", "1")
			cancel()
			return nil
		})
		if err != nil {
			f.wantError("Update that was cancelled in its function", err, context.Canceled)
			f.wantAbsent(f.store, "a")
		} else {
			f.wantValue(f.store, "a", "1")
		}
		f.wantUsable()
	}},
	{"Panic", func(f *fixture, u kvdb.Updater) {
		f.wantPanic("Update", func(p any) {
			defer f.wantAbsent(f.store, "a")
			_ = u.Update(f.Context(), func(t kvdb.Txn) error {
				f.txnPut(t, "a", "1")
				panic(p)
			})
		})
	}},
	{"TxnAfterwards", func(f *fixture, u kvdb.Updater) {
		f.put("a", "1")
		var kept kvdb.Txn
		f.update(u, func(t kvdb.Txn) { kept = t })
		f.wantWrapped("Put of a transaction that is over", f.try("Put", func() error {
			return kept.Put(f.Context(), []byte("a"), []byte("late"))
		}))
		f.wantWrapped("Delete of a transaction that is over", f.try("Delete", func() error {
			return kept.Delete(f.Context(), []byte("a"))
		}))
		f.wantValue(f.store, "a", "1")
		wantReaderOver(f, kept)
	}},
	{"VisibleAtOnce", func(f *fixture, u kvdb.Updater) {
		visibleAtOnce(f, func(value string) error {
			return u.Update(f.Context(), func(t kvdb.Txn) error {
				for _, key := range []string{"c", "a", "b"} {
					if err := t.Put(f.Context(), []byte(key), []byte(value)); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}},
	{"Increments", func(f *fixture, u kvdb.Updater) {
		f.put("n", "0")
		var runs atomic.Int64
		const goroutines, each = 4, 25
		f.parallel(goroutines, func(int) error {
			for done := 0; done < each; {
				err := u.Update(f.Context(), func(t kvdb.Txn) error {
					runs.Add(1)
					n, err := number(f, t, "n")
					if err != nil {
						return err
					}
					return t.Put(f.Context(), []byte("n"), []byte(strconv.Itoa(n+1)))
				})
				switch {
				case err == nil:
					done++
				case !errors.Is(err, kvdb.ErrConflict):
					return err
				}
			}
			return nil
		})
		f.wantValue(f.store, "n", strconv.Itoa(goroutines*each))
		if runs.Load() < goroutines*each {
			f.Errorf("the function ran %d times for %d updates", runs.Load(), goroutines*each)
		}
	}},
}

func (f *fixture) update(u kvdb.Updater, fn func(kvdb.Txn)) {
	f.Helper()
	err := u.Update(f.Context(), func(t kvdb.Txn) error {
		fn(t)
		return nil
	})
	if err != nil {
		f.Fatalf("Update: %v", err)
	}
}

func (f *fixture) txnPut(t kvdb.Txn, key, value string) {
	f.Helper()
	if err := t.Put(f.Context(), []byte(key), []byte(value)); err != nil {
		f.Fatalf("Put(%q) of a transaction: %v", key, err)
	}
}

func (f *fixture) txnDelete(t kvdb.Txn, key string) {
	f.Helper()
	if err := t.Delete(f.Context(), []byte(key)); err != nil {
		f.Fatalf("Delete(%q) of a transaction: %v", key, err)
	}
}
