package kvtest

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

var errOther = errors.New("other")

var brokenStores = []broken{
	{"a miss is wrapped", "Get/Absent", func(e *engine, f *flawed) {
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			v, err := e.Get(ctx, key)
			if err == kvdb.ErrNotFound {
				err = &kvdb.Error{Op: "get", Kind: err}
			}
			return v, err
		}
	}},
	{"an empty value is nil", "Get/EmptyValue", func(e *engine, f *flawed) {
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			v, err := e.Get(ctx, key)
			if len(v) == 0 {
				v = nil
			}
			return v, err
		}
	}},
	{"the result is shared", "Get/CallerOwnsResult", func(e *engine, f *flawed) {
		cache := map[string][]byte{}
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			if cache[string(key)] == nil {
				cache[string(key)], _ = e.Get(ctx, key)
			}
			return cache[string(key)], nil
		}
	}},
	{"the key of a get is kept", "Get/KeyIsNotKept", func(e *engine, f *flawed) {
		var last, value []byte
		f.get = func(ctx context.Context, key []byte) (v []byte, err error) {
			if last != nil && bytes.Equal(last, key) {
				return value, nil
			}
			last = key
			value, err = e.Get(ctx, key)
			return value, err
		}
	}},
	{"the first value stays", "Put/Overwrite", func(e *engine, f *flawed) {
		f.put = func(ctx context.Context, key, value []byte) error {
			_, err := e.CompareAndSwap(ctx, key, nil, value)
			return err
		}
	}},
	{"the value is kept", "Put/CallerKeepsBytes", func(e *engine, f *flawed) {
		var kept []byte
		f.put = func(_ context.Context, _, value []byte) error { kept = value; return nil }
		f.get = func(context.Context, []byte) ([]byte, error) { return bytes.Clone(kept), nil }
	}},
	{"keys end at a zero byte", "Put/BinaryKeysAndValues", func(e *engine, f *flawed) {
		cut := func(key []byte) []byte {
			head, _, found := bytes.Cut(key, []byte{0})
			if found {
				head = append([]byte("0"), head...)
			}
			return head
		}
		f.put = func(ctx context.Context, key, value []byte) error { return e.Put(ctx, cut(key), value) }
		f.apply = func(ctx context.Context, muts []kvdb.Mutation) error { return errOther }
		f.get = func(ctx context.Context, key []byte) ([]byte, error) { return e.Get(ctx, cut(key)) }
	}},
	{"values end at 64 KiB", "Put/LargeValue", func(e *engine, f *flawed) {
		f.put = func(ctx context.Context, key, value []byte) error {
			return e.Put(ctx, key, value[:min(len(value), 1<<16)])
		}
	}},
	{"the limits are lies", "Put/Limits", func(e *engine, f *flawed) {
		f.describe = func() kvdb.Info { return kvdb.Info{MaxKey: 8, MaxValue: 8} }
	}},
	{"deletes nothing", "Delete/Present", func(e *engine, f *flawed) {
		f.delete = func(context.Context, []byte) error { return nil }
	}},
	{"to delete an absent key is an error", "Delete/Absent", func(e *engine, f *flawed) {
		f.delete = func(ctx context.Context, key []byte) error {
			if _, err := e.Get(ctx, key); err != nil {
				return err
			}
			return e.Delete(ctx, key)
		}
	}},
	{"a deleted key stays so", "Delete/PutAgain", func(e *engine, f *flawed) {
		gone := false
		f.delete = func(ctx context.Context, key []byte) error { gone = true; return e.Delete(ctx, key) }
		f.put = func(ctx context.Context, key, value []byte) error {
			if gone {
				return nil
			}
			return e.Put(ctx, key, value)
		}
	}},
	{"an empty value is not deleted", "Delete/EmptyValue", func(e *engine, f *flawed) {
		f.delete = func(ctx context.Context, key []byte) error {
			if v, _ := e.Get(ctx, key); len(v) == 0 {
				return nil
			}
			return e.Delete(ctx, key)
		}
	}},
	{"an empty key is a key", "Call/EmptyKey", func(e *engine, f *flawed) {
		f.put = func(ctx context.Context, key, value []byte) error {
			return e.Put(ctx, append([]byte("/"), key...), value)
		}
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			return e.Get(ctx, append([]byte("/"), key...))
		}
	}},
	{"appends to the caller's key", "Call/KeyIsNotChanged", func(e *engine, f *flawed) {
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			return e.Get(ctx, append(key, '/')[:len(key)])
		}
	}},
	{"ignores cancellation", "Call/CanceledBefore", func(e *engine, f *flawed) {
		f.put = func(ctx context.Context, key, value []byte) error {
			return e.Put(context.WithoutCancel(ctx), key, value)
		}
	}},
	{"writes before it sees the cancellation", "Call/CanceledBefore", func(e *engine, f *flawed) {
		f.delete = func(ctx context.Context, key []byte) error {
			return errors.Join(e.Delete(context.WithoutCancel(ctx), key), kvdb.CheckContext(ctx, "delete"))
		}
	}},
	{"a cancellation is a timeout", "Call/CanceledBefore", func(e *engine, f *flawed) {
		f.ping = func(ctx context.Context) error {
			if err := ctx.Err(); err != nil {
				return &kvdb.Error{Op: "ping", Kind: kvdb.ErrTimeout, Err: err}
			}
			return nil
		}
	}},
	{"the context's error is bare", "Call/CanceledBefore", func(e *engine, f *flawed) {
		f.ping = func(ctx context.Context) error { return ctx.Err() }
	}},
	{"a deadline has no kind", "Call/DeadlineBefore", func(e *engine, f *flawed) {
		f.swap = func(ctx context.Context, key, old, new []byte) (bool, error) {
			if err := ctx.Err(); err != nil {
				return false, &kvdb.Error{Op: "compare_and_swap", Err: err}
			}
			return e.CompareAndSwap(ctx, key, old, new)
		}
	}},
	{"an error has two kinds", "Call/DeadlineBefore", func(e *engine, f *flawed) {
		f.ping = func(ctx context.Context) error {
			if err := e.Ping(ctx); err != nil {
				return &kvdb.Error{Op: "ping", Kind: kvdb.ErrUnavailable, Err: err}
			}
			return nil
		}
	}},
	{"a second Close is fine", "Close/Twice", func(e *engine, f *flawed) {
		f.close = func() error { _ = e.Close(); return nil }
	}},
	{"a second Close panics", "Close/Twice", func(e *engine, f *flawed) {
		f.close = func() error {
			if err := e.Close(); err != nil {
				panic(err)
			}
			return nil
		}
	}},
	{"reads after Close", "Close/CallsAfter", func(e *engine, f *flawed) {
		f.get = func(ctx context.Context, key []byte) ([]byte, error) { return []byte{}, nil }
	}},
	{"panics after Close", "Close/CallsAfter", func(e *engine, f *flawed) {
		f.swap = func(ctx context.Context, key, old, new []byte) (bool, error) {
			ok, err := e.CompareAndSwap(ctx, key, old, new)
			if err != nil {
				panic(err)
			}
			return ok, err
		}
	}},
	{"runs functions after Close", "Close/FunctionsAfter", func(e *engine, f *flawed) {
		f.view = func(ctx context.Context, fn func(kvdb.Reader) error) error { return fn(nil) }
	}},
	{"scans what it saw before Close", "Close/ScanBegunBefore", func(e *engine, f *flawed) { f.scan = eager(e) }},
	{"Close pulls the rug", "Close/DuringUse", func(e *engine, f *flawed) {
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			v, err := e.Get(ctx, key)
			if errors.Is(err, kvdb.ErrClosed) {
				panic("nil map")
			}
			return v, err
		}
	}},
	{"keeps working after Close", "Close/DuringUse", func(e *engine, f *flawed) {
		f.close = func() error { return nil }
	}},
	{"two writers lose a write", "Concurrent/OwnKeys", func(e *engine, f *flawed) {
		f.put = func(ctx context.Context, key, value []byte) error {
			if string(key) == "goroutine 3" {
				return nil
			}
			return e.Put(ctx, key, value)
		}
	}},
	{"refuses a second caller", "Concurrent/MixedCalls", func(e *engine, f *flawed) {
		var busy sync.Mutex
		f.put = func(ctx context.Context, key, value []byte) error {
			if !busy.TryLock() {
				return errOther
			}
			defer busy.Unlock()
			giveWay(e)
			return e.Put(ctx, key, value)
		}
	}},
	{"one caller's cancellation is everyone's", "Concurrent/OneCanceled", func(e *engine, f *flawed) {
		var mu sync.Mutex
		var first error
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if first != nil {
				return nil, first
			}
			v, err := e.Get(ctx, key)
			if errors.Is(err, context.Canceled) {
				first = err
			}
			return v, err
		}
	}},
	{"overwrites dst", "AppendGet/Present", func(e *engine, f *flawed) {
		f.appendGet = func(ctx context.Context, dst, key []byte) ([]byte, error) { return e.AppendGet(ctx, dst[:0], key) }
	}},
	{"does not use dst", "AppendGet/Present", func(e *engine, f *flawed) {
		f.appendGet = func(ctx context.Context, dst, key []byte) ([]byte, error) {
			return e.AppendGet(ctx, bytes.Clone(dst), key)
		}
	}},
	{"an empty value appends a nil", "AppendGet/EmptyValue", func(e *engine, f *flawed) {
		f.appendGet = func(ctx context.Context, dst, key []byte) ([]byte, error) {
			v, err := e.Get(ctx, key)
			if len(v) == 0 {
				return nil, err
			}
			return append(dst, v...), err
		}
	}},
	{"loses dst on a miss", "AppendGet/LeavesDstOnError", func(e *engine, f *flawed) {
		f.appendGet = func(ctx context.Context, dst, key []byte) ([]byte, error) {
			v, err := e.Get(ctx, key)
			if err != nil {
				return nil, err
			}
			return append(dst, v...), nil
		}
	}},
	{"finds nothing", "Exists/Present", func(_ *engine, f *flawed) {
		f.exists = func(context.Context, []byte) (bool, error) { return false, nil }
	}},
	{"an absent key is an error", "Exists/Absent", func(e *engine, f *flawed) {
		f.exists = func(ctx context.Context, key []byte) (bool, error) {
			_, err := e.Get(ctx, key)
			return err == nil, err
		}
	}},
	{"finds a longer key", "Exists/Absent", func(e *engine, f *flawed) {
		f.exists = func(ctx context.Context, key []byte) (bool, error) {
			for _, err := range e.Scan(ctx, kvdb.Range{Start: key, Limit: 1}) {
				return err == nil, err
			}
			return false, nil
		}
	}},
	{"an empty value is none", "Exists/EmptyValue", func(e *engine, f *flawed) {
		f.exists = func(ctx context.Context, key []byte) (bool, error) {
			v, err := e.Get(ctx, key)
			if err == kvdb.ErrNotFound {
				err = nil
			}
			return len(v) > 0, err
		}
	}},
	{"a long value is none", "Exists/LongValue", func(e *engine, f *flawed) {
		f.exists = func(ctx context.Context, key []byte) (bool, error) {
			v, _ := e.Get(ctx, key)
			return v != nil && len(v) < 1<<12, nil
		}
	}},
	{"finds what was deleted", "Exists/Deleted", func(e *engine, f *flawed) {
		seen := map[string]bool{}
		f.put = func(ctx context.Context, key, value []byte) error {
			seen[string(key)] = true
			return e.Put(ctx, key, value)
		}
		f.exists = func(_ context.Context, key []byte) (bool, error) { return seen[string(key)], nil }
	}},
	{"leaves the memory unused", "GetSized/Present", func(e *engine, f *flawed) {
		f.getSized = func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
			return e.GetSized(ctx, key, func(size int) []byte {
				if room(size) == nil {
					return nil
				}
				return make([]byte, 0, size)
			})
		}
	}},
	{"asks for room twice", "GetSized/Present", func(e *engine, f *flawed) {
		f.getSized = func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
			return e.GetSized(ctx, key, func(size int) []byte {
				room(size)
				return room(size)
			})
		}
	}},
	{"an empty value is nil", "GetSized/EmptyValue", func(e *engine, f *flawed) {
		f.getSized = func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
			v, err := e.GetSized(ctx, key, room)
			if len(v) == 0 {
				v = nil
			}
			return v, err
		}
	}},
	{"reads without room", "GetSized/Refused", func(e *engine, f *flawed) {
		f.getSized = func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
			return e.GetSized(ctx, key, func(size int) []byte {
				if dst := room(size); dst != nil {
					return dst
				}
				return make([]byte, 0, size)
			})
		}
	}},
	{"cuts a value to its room", "GetSized/TooSmall", func(e *engine, f *flawed) {
		f.getSized = func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
			most := 0
			v, err := e.GetSized(ctx, key, func(size int) []byte {
				dst := room(size)
				most = cap(dst)
				return dst
			})
			return v[:min(len(v), most)], err
		}
	}},
	{"swallows a panic", "GetSized/Panic", func(e *engine, f *flawed) {
		f.getSized = func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
			defer func() { _ = recover() }()
			return e.GetSized(ctx, key, room)
		}
	}},
	{"swallows a panic", "GetManySized/Panic", func(e *engine, f *flawed) {
		f.getManySized = func(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
			defer func() { _ = recover() }()
			return e.GetManySized(ctx, keys, room)
		}
	}},
	{"asks for room for nothing", "GetSized/NoRoomForNothing", func(e *engine, f *flawed) {
		f.getSized = func(ctx context.Context, key []byte, room kvdb.Room) ([]byte, error) {
			v, err := e.GetSized(ctx, key, room)
			if err != nil {
				room(0)
			}
			return v, err
		}
	}},
	{"asks for the sizes in another order", "GetManySized/InOrder", func(e *engine, f *flawed) {
		f.getManySized = func(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
			backwards := slices.Clone(keys)
			slices.Reverse(backwards)
			v, err := e.GetManySized(ctx, backwards, room)
			slices.Reverse(v)
			return v, err
		}
	}},
	{"goes on without room", "GetManySized/Refused", func(e *engine, f *flawed) {
		f.getManySized = func(ctx context.Context, keys [][]byte, room kvdb.Room) ([][]byte, error) {
			return e.GetManySized(ctx, keys, func(size int) []byte {
				if dst := room(size); dst != nil {
					return dst
				}
				return make([]byte, 0, size)
			})
		}
	}},
	{"an empty batch is an error", "Apply/Empty", func(e *engine, f *flawed) {
		f.apply = func(ctx context.Context, muts []kvdb.Mutation) error {
			if len(muts) == 0 {
				return &kvdb.Error{Op: "batch", Kind: kvdb.ErrInvalidArgument}
			}
			return e.Apply(ctx, muts)
		}
	}},
	{"a batch only puts", "Apply/Mixed", func(e *engine, f *flawed) {
		f.apply = func(ctx context.Context, muts []kvdb.Mutation) error {
			return e.Apply(ctx, slices.DeleteFunc(slices.Clone(muts), func(m kvdb.Mutation) bool { return m.Delete }))
		}
	}},
	{"an empty value deletes", "Apply/EmptyValue", func(e *engine, f *flawed) {
		f.apply = func(ctx context.Context, muts []kvdb.Mutation) error {
			return e.Apply(ctx, mapped(muts, func(m kvdb.Mutation) kvdb.Mutation {
				m.Delete = m.Delete || len(m.Value) == 0
				return m
			}))
		}
	}},
	{"the first of equal keys wins", "Apply/LastOfEqualKeysWins", func(e *engine, f *flawed) {
		f.apply = func(ctx context.Context, muts []kvdb.Mutation) error {
			muts = slices.Clone(muts)
			slices.Reverse(muts)
			return e.Apply(ctx, muts)
		}
	}},
	{"a delete with a value puts it", "Apply/DeleteIgnoresValue", func(e *engine, f *flawed) {
		f.apply = func(ctx context.Context, muts []kvdb.Mutation) error {
			return e.Apply(ctx, mapped(muts, func(m kvdb.Mutation) kvdb.Mutation {
				m.Delete = m.Delete && m.Value == nil
				return m
			}))
		}
	}},
	{"a batch is applied later", "Apply/CallerKeepsBytes", func(e *engine, f *flawed) {
		var pending []kvdb.Mutation
		f.apply = func(_ context.Context, muts []kvdb.Mutation) error { pending = muts; return nil }
		f.get = func(ctx context.Context, key []byte) ([]byte, error) {
			_ = e.Apply(ctx, pending)
			return e.Get(ctx, key)
		}
	}},
	{"a batch stops half-way", "Apply/FailureLeavesNothing", func(e *engine, f *flawed) { f.apply = oneByOne(e) }},
	{"a batch is visible in parts", "Apply/VisibleAtOnce", func(e *engine, f *flawed) { f.apply = oneByOne(e) }},
	{"no keys are an error", "GetMany/NoKeys", func(e *engine, f *flawed) {
		f.getMany = func(ctx context.Context, keys [][]byte) ([][]byte, error) {
			if len(keys) == 0 {
				return nil, &kvdb.Error{Op: "get", Kind: kvdb.ErrInvalidArgument}
			}
			return e.GetMany(ctx, keys)
		}
	}},
	{"absent keys are left out", "GetMany/InOrder", func(e *engine, f *flawed) {
		f.getMany = func(ctx context.Context, keys [][]byte) ([][]byte, error) {
			got, err := e.GetMany(ctx, keys)
			return slices.DeleteFunc(got, func(v []byte) bool { return v == nil }), err
		}
	}},
	{"absent values are empty", "GetMany/InOrder", func(e *engine, f *flawed) {
		f.getMany = func(ctx context.Context, keys [][]byte) ([][]byte, error) {
			got, err := e.GetMany(ctx, keys)
			for i := range got {
				got[i] = append([]byte{}, got[i]...)
			}
			return got, err
		}
	}},
	{"equal keys share a value", "GetMany/CallerOwnsResult", func(e *engine, f *flawed) {
		f.getMany = func(ctx context.Context, keys [][]byte) ([][]byte, error) {
			got, err := e.GetMany(ctx, keys)
			return slices.Repeat(got[:1], len(got)), err
		}
	}},
	{"values lie end to end", "GetMany/ResultsDoNotOverlap", func(e *engine, f *flawed) {
		f.getMany = func(ctx context.Context, keys [][]byte) ([][]byte, error) {
			got, err := e.GetMany(ctx, keys)
			all := bytes.Join(got, nil)
			for i, at := 0, 0; i < len(got); i++ {
				n := len(got[i])
				got[i] = all[at : at+n]
				at += n
			}
			return got, err
		}
	}},
	{"an empty key is absent", "GetMany/EmptyKeyAmongOthers", func(e *engine, f *flawed) {
		f.getMany = func(ctx context.Context, keys [][]byte) ([][]byte, error) {
			return make([][]byte, len(keys)), nil
		}
	}},
	{"a nil old is an empty value", "CompareAndSwap/Matches", func(e *engine, f *flawed) {
		f.swap = func(ctx context.Context, key, old, new []byte) (bool, error) {
			return e.CompareAndSwap(ctx, key, append([]byte{}, old...), new)
		}
	}},
	{"a mismatch is an error", "CompareAndSwap/Matches", func(e *engine, f *flawed) {
		f.swap = func(ctx context.Context, key, old, new []byte) (bool, error) {
			ok, err := e.CompareAndSwap(ctx, key, old, new)
			if !ok && err == nil {
				err = &kvdb.Error{Op: "compare_and_swap", Kind: kvdb.ErrConflict}
			}
			return ok, err
		}
	}},
	{"a deleted value still matches", "CompareAndSwap/DeletedIsAbsent", func(e *engine, f *flawed) {
		f.swap = func(ctx context.Context, key, old, new []byte) (bool, error) { return true, e.Put(ctx, key, new) }
	}},
	{"a swap scribbles on its arguments", "CompareAndSwap/CallerKeepsBytes", func(e *engine, f *flawed) {
		f.swap = func(ctx context.Context, key, old, new []byte) (bool, error) {
			ok, err := e.CompareAndSwap(ctx, key, old, new)
			scribble(old)
			return ok, err
		}
	}},
	{"a swap is a get and a put", "CompareAndSwap/Increments", func(e *engine, f *flawed) {
		f.swap = func(ctx context.Context, key, old, new []byte) (bool, error) {
			now, err := e.Get(ctx, key)
			if err != nil || !bytes.Equal(now, old) {
				return false, err
			}
			giveWay(e)
			return true, e.Put(ctx, key, new)
		}
	}},
	{"no TTL is for good", "PutTTL/NotPositive", func(e *engine, f *flawed) {
		f.putTTL = func(ctx context.Context, key, value []byte, ttl time.Duration) error {
			if ttl <= 0 {
				return e.Put(ctx, key, value)
			}
			return e.PutTTL(ctx, key, value, ttl)
		}
	}},
	{"a long TTL overflows", "PutTTL/LongTTL", func(e *engine, f *flawed) {
		f.putTTL = func(ctx context.Context, key, value []byte, ttl time.Duration) error {
			return e.PutTTL(ctx, key, value, max(1, ttl-24*time.Hour))
		}
	}},
	{"a TTL is not kept", "PutTTL/Expires", func(e *engine, f *flawed) {
		f.putTTL = func(ctx context.Context, key, value []byte, ttl time.Duration) error { return e.Put(ctx, key, value) }
	}},
	{"a TTL is cut short", "PutTTL/Expires", func(e *engine, f *flawed) {
		e.info.TTLResolution = time.Second
		f.putTTL = func(ctx context.Context, key, value []byte, ttl time.Duration) error {
			return e.PutTTL(ctx, key, value, ttl/100)
		}
	}},
	{"a put keeps the TTL", "PutTTL/PutKeepsForGood", func(e *engine, f *flawed) {
		f.put = e.Memory.Put
	}},
	{"an absent key stays for good", "GetTTL/Absent", func(e *engine, f *flawed) {
		f.getTTL = func(ctx context.Context, key []byte) (time.Duration, error) {
			ttl, err := e.GetTTL(ctx, key)
			if err == kvdb.ErrNotFound {
				err = nil
			}
			return ttl, err
		}
	}},
	{"no TTL is a long one", "GetTTL/ForGood", func(e *engine, f *flawed) {
		f.getTTL = func(ctx context.Context, key []byte) (time.Duration, error) {
			ttl, err := e.GetTTL(ctx, key)
			if err == nil && ttl == 0 {
				ttl = -1
			}
			return ttl, err
		}
	}},
	{"the TTL of a put before", "GetTTL/ForGood", func(e *engine, f *flawed) {
		last := make(map[string]time.Duration)
		f.putTTL = func(ctx context.Context, key, value []byte, ttl time.Duration) error {
			last[string(key)] = ttl
			return e.PutTTL(ctx, key, value, ttl)
		}
		f.getTTL = func(ctx context.Context, key []byte) (time.Duration, error) {
			ttl, err := e.GetTTL(ctx, key)
			if err == nil {
				ttl = last[string(key)]
			}
			return ttl, err
		}
	}},
	{"another unit", "GetTTL/Remaining", func(e *engine, f *flawed) {
		f.getTTL = func(ctx context.Context, key []byte) (time.Duration, error) {
			ttl, err := e.GetTTL(ctx, key)
			return ttl / 1000, err
		}
	}},
	{"an expired value has no TTL", "GetTTL/Expired", func(e *engine, f *flawed) {
		had := make(map[string]bool)
		f.putTTL = func(ctx context.Context, key, value []byte, ttl time.Duration) error {
			had[string(key)] = true
			return e.PutTTL(ctx, key, value, ttl)
		}
		f.getTTL = func(ctx context.Context, key []byte) (time.Duration, error) {
			ttl, err := e.GetTTL(ctx, key)
			if err == kvdb.ErrNotFound && had[string(key)] {
				err = nil
			}
			return ttl, err
		}
	}},
	{"a ping writes", "Ping/Ping", func(e *engine, f *flawed) {
		f.ping = func(ctx context.Context) error { return e.Put(ctx, []byte("ping"), nil) }
	}},
	{"an engine without a name", "Describe/Info", func(e *engine, f *flawed) { e.info.System = "" }},
	{"a description that changes", "Describe/Constant", func(e *engine, f *flawed) {
		f.close = func() error { e.info = kvdb.Info{}; return e.Close() }
	}},
	{"a negative lag", "ReplicationLag/Lag", func(e *engine, f *flawed) {
		f.lag = func(context.Context) (map[string]time.Duration, error) {
			return map[string]time.Duration{"replica": -1}, nil
		}
	}},
	{"an unknown lag of another kind", "ReplicationLag/Lag", func(e *engine, f *flawed) {
		f.lag = func(context.Context) (map[string]time.Duration, error) { return nil, errOther }
	}},
	{"a statistic outside the prefix", "AppendStats/Declared", declares(kvdb.StatInfo{Name: "kvdb.requests", Unit: "{request}", Help: "Some help"})},
	{"a statistic without a unit", "AppendStats/Declared", declares(kvdb.StatInfo{Name: "kvdb.engine.n", Help: "Some help"})},
	{"one name with two units", "AppendStats/Declared", declares(
		kvdb.StatInfo{Name: "kvdb.engine.n", Unit: "s", Help: "Some help"}, kvdb.StatInfo{Name: "kvdb.engine.n", Unit: "By", Help: "Some help"})},
	{"no statistics", "AppendStats/Declared", declares()},
	{"statistics come and go", "AppendStats/Declared", func(e *engine, f *flawed) {
		n := 0
		f.infos = func() []kvdb.StatInfo {
			n++
			infos := e.StatInfos()
			return infos[:max(1, len(infos)-n+1)]
		}
	}},
	{"statistics overwrite dst", "AppendStats/Appends", func(e *engine, f *flawed) {
		f.stats = func(ctx context.Context, dst []float64) ([]float64, error) { return e.AppendStats(ctx, dst[:0]) }
	}},
	{"a value too few", "AppendStats/Appends", func(e *engine, f *flawed) {
		f.stats = func(ctx context.Context, dst []float64) ([]float64, error) {
			stats, err := e.AppendStats(ctx, dst)
			return stats[:len(stats)-1], err
		}
	}},
	{"a counter falls", "AppendStats/Values", values(2, 1)},
	{"a counter below 0", "AppendStats/Values", values(-1, 0)},
	{"an infinite value", "AppendStats/Values", values(1, math.Inf(1))},
	{"a pool's count falls", "PoolStats/Counts", pools(kvdb.PoolStats{Idle: 1, Timeouts: 1}, kvdb.PoolStats{Idle: 1})},
	{"a pool without a connection", "PoolStats/Counts", pools(kvdb.PoolStats{}, kvdb.PoolStats{})},
	{"a pool with too many connections", "PoolStats/Counts", pools(kvdb.PoolStats{}, kvdb.PoolStats{Idle: 1, Used: 1, Max: 1})},
	{"a notice without a text", "Notices/Checked", func(_ *engine, f *flawed) {
		f.notices = func(context.Context) iter.Seq[kvdb.Notice] {
			return slices.Values([]kvdb.Notice{{Name: kvdb.NoticeOpenedWithLess}})
		}
	}},
	{"notices end at once", "Notices/Waits", func(e *engine, f *flawed) {
		f.notices = func(context.Context) iter.Seq[kvdb.Notice] {
			over, cancel := context.WithCancel(context.Background())
			cancel()
			return e.Notices(over)
		}
	}},
	{"notices are taken", "Notices/Again", func(e *engine, f *flawed) {
		taken := false
		f.notices = func(ctx context.Context) iter.Seq[kvdb.Notice] {
			return func(yield func(kvdb.Notice) bool) {
				if !taken {
					taken = true
					e.Notices(ctx)(yield)
				}
			}
		}
	}},
}

func declares(infos ...kvdb.StatInfo) func(*engine, *flawed) {
	return func(_ *engine, f *flawed) {
		f.infos = func() []kvdb.StatInfo { return infos }
	}
}

// values is a flaw of the engine's first statistic, by reading.
func values(readings ...float64) func(*engine, *flawed) {
	return func(e *engine, f *flawed) {
		next := queue(readings)
		f.stats = func(ctx context.Context, dst []float64) ([]float64, error) {
			stats, err := e.AppendStats(ctx, dst)
			stats[len(dst)] = next()
			return stats, err
		}
	}
}

func pools(readings ...kvdb.PoolStats) func(*engine, *flawed) {
	return func(_ *engine, f *flawed) {
		next := queue(readings)
		f.pool = func(context.Context) (kvdb.PoolStats, error) { return next(), nil }
	}
}

// queue returns a function that returns each of all, and then the last one.
func queue[T any](all []T) func() T {
	n := 0
	return func() T {
		n++
		return all[min(n, len(all))-1]
	}
}

func mapped(muts []kvdb.Mutation, change func(kvdb.Mutation) kvdb.Mutation) []kvdb.Mutation {
	muts = slices.Clone(muts)
	for i := range muts {
		muts[i] = change(muts[i])
	}
	return muts
}

// oneByOne is a batch that is none.
func oneByOne(e *engine) func(context.Context, []kvdb.Mutation) error {
	return func(ctx context.Context, muts []kvdb.Mutation) error {
		for _, m := range muts {
			if err := e.Memory.Apply(ctx, []kvdb.Mutation{m}); err != nil {
				return err
			}
			giveWay(e)
		}
		return nil
	}
}

// eager is a scan that reads before it is ranged over.
func eager(e *engine) func(context.Context, kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return func(ctx context.Context, r kvdb.Range) iter.Seq2[kvdb.Entry, error] {
		var all []kvdb.Entry
		for entry, err := range e.Scan(ctx, r) {
			if err == nil {
				all = append(all, entry)
			}
		}
		return func(yield func(kvdb.Entry, error) bool) {
			for _, entry := range all {
				if !yield(entry, nil) {
					return
				}
			}
		}
	}
}

// giveWay opens the window of a race until others have read in it, if there
// are any.
func giveWay(e *engine) {
	begun := e.reads.Load()
	for range 5000 {
		if e.reads.Load() > begun+20 {
			return
		}
		runtime.Gosched()
	}
}
