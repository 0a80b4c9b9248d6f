package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

func TestOutcomesOfTransactions(t *testing.T) {
	engine := &kvdb.Error{Op: "get", Kind: kvdb.ErrUnavailable}
	second := &kvdb.Error{Op: "get", Kind: kvdb.ErrCorruption}
	own := errors.New("own")
	key := []byte("key")
	get := func(ctx context.Context, r kvdb.Reader) error {
		_, err := r.Get(ctx, key)
		return err
	}
	for _, c := range []struct {
		name               string
		faults             map[string]error
		fn                 func(ctx context.Context, r kvdb.Reader) error
		outcome, errorType string
	}{
		{"fine", nil, func(context.Context, kvdb.Reader) error { return nil }, "ok", ""},
		{"its own error", nil, func(context.Context, kvdb.Reader) error { return own }, "aborted", ""},
		{"its own slice of errors", nil, func(context.Context, kvdb.Reader) error { return problems{own} }, "aborted", ""},
		{"a sentinel of its own", nil, func(context.Context, kvdb.Reader) error { return kvdb.ErrConflict }, "aborted", ""},
		{"a miss passed on", nil, get, "aborted", ""},
		{"a miss passed on wrapped", nil, func(ctx context.Context, r kvdb.Reader) error {
			return fmt.Errorf("no user: %w", get(ctx, r))
		}, "aborted", ""},
		{"a miss that is no problem", nil, func(ctx context.Context, r kvdb.Reader) error {
			_ = get(ctx, r)
			return nil
		}, "ok", ""},
		{"a failure passed on", map[string]error{"get": engine}, get, "error", "unavailable"},
		{"a failure passed on wrapped", map[string]error{"get": engine}, func(ctx context.Context, r kvdb.Reader) error {
			return fmt.Errorf("no user: %w", get(ctx, r))
		}, "error", "unavailable"},
		{"a failure passed on among others", map[string]error{"get": engine}, func(ctx context.Context, r kvdb.Reader) error {
			return errors.Join(own, get(ctx, r))
		}, "error", "unavailable"},
		{"a failure of a scan passed on", map[string]error{"scan": engine}, func(ctx context.Context, r kvdb.Reader) error {
			return drain(r.Scan(ctx, kvdb.Range{}))
		}, "error", "unavailable"},
		{"the first of two failures passed on", map[string]error{"get": engine, "scan": second},
			func(ctx context.Context, r kvdb.Reader) error {
				first := get(ctx, r)
				_ = drain(r.Scan(ctx, kvdb.Range{}))
				return first
			}, "error", "unavailable"},
		{"a failure that is forgiven", map[string]error{"get": engine}, func(ctx context.Context, r kvdb.Reader) error {
			_ = get(ctx, r)
			return nil
		}, "ok", ""},
		{"a failure and its own error", map[string]error{"get": engine}, func(ctx context.Context, r kvdb.Reader) error {
			_ = get(ctx, r)
			return own
		}, "aborted", ""},
		{"cancelled while reading", map[string]error{"get": kvdb.ContextError("get", context.Canceled)}, get, "canceled", ""},
		{"the engine before the function", map[string]error{"": engine}, nil, "error", "unavailable"},
		{"cancelled before the function", map[string]error{"": kvdb.ContextError("view", context.Canceled)}, nil, "canceled", ""},
	} {
		for _, operation := range []string{"view", "update"} {
			t.Run(operation+"/"+c.name, func(t *testing.T) {
				h := newHarness(t)
				h.below.Inject(func(_ context.Context, o string) error {
					for name, err := range c.faults {
						if name == "" && o == operation || name != "" && o == operation+" "+name {
							return err
						}
					}
					return nil
				})
				ctx := t.Context()
				if operation == "view" {
					_ = as[kvdb.Viewer](t, h.Store).View(ctx, func(r kvdb.Reader) error { return c.fn(ctx, r) })
				} else {
					_ = as[kvdb.Updater](t, h.Store).Update(ctx, func(x kvdb.Txn) error { return c.fn(ctx, x) })
				}
				wantOne(t, h.collect(), operation, c.outcome, c.errorType)
			})
		}
	}
}

// problems is a type like those of validation libraries: it cannot be compared.
type problems []error

func (p problems) Error() string { return "problems" }

// A transaction's writes that fail are the engine's failures too.
func TestWritesOfTransactions(t *testing.T) {
	for _, write := range []struct {
		name string
		do   func(ctx context.Context, x kvdb.Txn) error
	}{
		{"put", func(ctx context.Context, x kvdb.Txn) error { return x.Put(ctx, []byte("key"), []byte("value")) }},
		{"delete", func(ctx context.Context, x kvdb.Txn) error { return x.Delete(ctx, []byte("key")) }},
	} {
		h := newHarness(t)
		h.below.Inject(testutil.On(testutil.Errors(kvdb.ErrNoSpace), "update "+write.name))
		err := as[kvdb.Updater](t, h.Store).Update(t.Context(), func(x kvdb.Txn) error { return write.do(t.Context(), x) })
		if !errors.Is(err, kvdb.ErrNoSpace) {
			t.Errorf("%s: Update returned %v", write.name, err)
		}
		wantOne(t, h.collect(), "update", "error", "no_space")
	}
}

// rerunning is a store whose transactions lose once, and whose first run meets
// a failure.
type rerunning struct{ *testutil.Faulty }

func (r rerunning) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	r.Inject(testutil.On(testutil.Errors(kvdb.ErrUnavailable), "update get"))
	_ = r.Faulty.Update(ctx, fn)
	r.Inject(nil)
	return r.Faulty.Update(ctx, fn)
}

// Only the last run decides; all of them move bytes.
func TestUpdateRunsAgain(t *testing.T) {
	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	w := wrap(t, rerunning{testutil.NewFaulty()}, instrument.WithRegistry(registry))
	run := 0
	err := as[kvdb.Updater](t, w).Update(t.Context(), func(x kvdb.Txn) error {
		run++
		_, _ = x.Get(t.Context(), []byte("key"))
		if run == 1 {
			return nil
		}
		return kvdb.ErrUnavailable // its own, this time
	})
	if err != kvdb.ErrUnavailable || run != 2 {
		t.Fatalf("Update returned %v after %d runs", err, run)
	}
	collected := testutil.Collect(t, producer)
	wantOne(t, collected, "update", "aborted", "")
	if n := collected.Sum("kvdb.bytes.written"); n != 6 {
		t.Errorf("%v bytes written, want those of both runs", n)
	}
}

// A function that returns why its context ended has not aborted of its own: the caller
// went away.
func TestTransactionReturnsTheCause(t *testing.T) {
	for _, wrapped := range []bool{false, true} {
		h := newHarness(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		err := as[kvdb.Updater](t, h.Store).Update(ctx, func(kvdb.Txn) error {
			cancel(errors.New("the client hung up"))
			if wrapped {
				return fmt.Errorf("order 7: %w", context.Cause(ctx))
			}
			return context.Cause(ctx)
		})
		if err == nil {
			t.Error("Update returned no error")
		}
		wantOne(t, h.collect(), "update", "canceled", "")
	}
}
