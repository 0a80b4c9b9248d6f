package overlay_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/overlay"
	"github.com/otelkv/otelkv/kvdb"
)

// plainStore has no capability whatever.
type plainStore struct{ kvdb.Store }

// counted counts the batches, and what goes past them.
type counted struct {
	*kvdb.Memory
	batches, others int
}

func (c *counted) Apply(ctx context.Context, muts []kvdb.Mutation) error {
	c.batches++
	return c.Memory.Apply(ctx, muts)
}

func (c *counted) Put(ctx context.Context, key, value []byte) error {
	c.others++
	return c.Memory.Put(ctx, key, value)
}

func (c *counted) Delete(ctx context.Context, key []byte) error {
	c.others++
	return c.Memory.Delete(ctx, key)
}

// Whatever is written, an overlay reads as a store in which it was done, the engine
// below knows nothing of it, and has all of it after one call.
func TestOverlay(t *testing.T) {
	for name, bare := range map[string]bool{"with capabilities": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			ctx, random := t.Context(), rand.New(rand.NewPCG(1, 2))
			for range 200 {
				below, want, before := &counted{Memory: kvdb.NewMemory(nil)}, kvdb.NewMemory(nil), kvdb.NewMemory(nil)
				for i := range 5 {
					for _, s := range []kvdb.Store{below.Memory, want, before} {
						check(t, s.Put(ctx, key(i), []byte("old")))
					}
				}
				var under kvdb.Store = below
				if bare {
					under = plainStore{below}
				}
				s := overlay.New(under)
				for step := range random.IntN(20) {
					k, v := key(random.IntN(10)), fmt.Append(nil, step)
					scratch := append([]byte(nil), k...) // as a caller may use again
					switch random.IntN(3) {
					case 0:
						check(t, s.Put(ctx, scratch, v), want.Put(ctx, k, v))
					case 1:
						check(t, s.Delete(ctx, scratch), want.Delete(ctx, k))
					default:
						other := key(random.IntN(10))
						muts := []kvdb.Mutation{{Key: scratch, Value: v}, {Key: other, Delete: true}}
						check(t, s.Apply(ctx, muts), want.Apply(ctx, []kvdb.Mutation{{Key: k, Value: v}, {Key: other, Delete: true}}))
					}
					clear(scratch)
				}
				same(t, s, want)
				same(t, below.Memory, before)
				check(t, s.Commit(ctx, below))
				same(t, below.Memory, want)
				if below.batches > 1 || below.others > 0 {
					t.Errorf("%d batches and %d other writes, want at most one batch", below.batches, below.others)
				}
				check(t, s.Close())
			}
		})
	}
}

func key(i int) []byte { return fmt.Appendf(nil, "k%d", i) }

func check(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// same compares all that stores say of keys.
func same(t *testing.T, got, want kvdb.Store) {
	t.Helper()
	for i := range 10 {
		v, err := got.Get(t.Context(), key(i))
		w, wantErr := want.Get(t.Context(), key(i))
		found, existsErr := got.(kvdb.Exister).Exists(t.Context(), key(i))
		size := -1
		sized, sizedErr := got.(kvdb.SizedGetter).GetSized(t.Context(), key(i), func(n int) []byte {
			size = n
			return make([]byte, 0, n)
		})
		refused, refusedErr := got.(kvdb.SizedGetter).GetSized(t.Context(), key(i), func(int) []byte { return nil })
		if string(v) != string(w) || err != wantErr || (err == nil) != (v != nil) {
			t.Errorf("%s: %q, %v; want %q, %v", key(i), v, err, w, wantErr)
		}
		if found != (wantErr == nil) || existsErr != nil {
			t.Errorf("%s: exists %t, %v", key(i), found, existsErr)
		}
		if string(sized) != string(w) || sizedErr != wantErr || wantErr == nil && size != len(w) || wantErr != nil && size >= 0 {
			t.Errorf("%s: %q, %v, and room for %d bytes", key(i), sized, sizedErr, size)
		}
		if refused != nil || refusedErr != wantErr {
			t.Errorf("%s without room: %q, %v", key(i), refused, refusedErr)
		}
	}
}

// limited has limits, which it need not be asked to check.
type limited struct{ plainStore }

func (limited) Describe() kvdb.Info { return kvdb.Info{MaxKey: 2, MaxValue: 3} }

// What the engine would refuse fails alone, and at once.
func TestOverlayRefuses(t *testing.T) {
	m := kvdb.NewMemory(nil)
	s := overlay.New(limited{plainStore{m}})
	ctx := t.Context()
	for _, tt := range []struct {
		err  error
		kind error
		text string
	}{
		{s.Put(ctx, nil, nil), kvdb.ErrInvalidArgument, "kvdb: put: invalid argument: the key is empty"},
		{s.Delete(ctx, nil), kvdb.ErrInvalidArgument, "kvdb: delete: invalid argument: the key is empty"},
		{s.Put(ctx, []byte("abc"), nil), kvdb.ErrTooLarge, "kvdb: put: too large: the key is longer than the engine takes"},
		{s.Put(ctx, []byte("a"), []byte("1234")), kvdb.ErrTooLarge, "kvdb: put: too large: the value is longer than the engine takes"},
		{s.Apply(ctx, []kvdb.Mutation{{Key: []byte("a")}, {}}), kvdb.ErrInvalidArgument, "kvdb: batch: invalid argument: the key is empty"},
	} {
		if !errors.Is(tt.err, tt.kind) || tt.err.Error() != tt.text {
			t.Errorf("error %v, want %s", tt.err, tt.text)
		}
	}
	if found, err := s.Exists(ctx, []byte("a")); found || err != nil {
		t.Errorf("half of a batch is there: %t, %v", found, err)
	}
	check(t, s.Commit(ctx, nil)) // nothing to do
}

// An error of the engine is not an absent key.
func TestOverlayReadError(t *testing.T) {
	m := kvdb.NewMemory(nil)
	check(t, m.Close())
	for _, under := range []kvdb.Store{m, plainStore{m}} {
		s := overlay.New(under)
		if _, err := s.Get(t.Context(), key(1)); !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Get: %v", err)
		}
		if _, err := s.Exists(t.Context(), key(1)); !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Exists: %v", err)
		}
	}
}
