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

// wantOne checks that exactly one operation was counted, with the outcome and,
// if it failed, with the error type in all of the metrics.
func wantOne(t *testing.T, collected testutil.Samples, operation, outcome, errorType string) {
	t.Helper()
	if n := collected.Sum("kvdb.requests"); n != 1 {
		t.Errorf("%v requests, want 1", n)
	}
	if n := collected.Sum("kvdb.requests", "db.operation.name", operation, "kvdb.outcome", outcome); n != 1 {
		t.Errorf("%v requests %s %s, want 1", n, operation, outcome)
	}
	errors := 0.0
	if outcome == "error" {
		errors = 1
	}
	if n := collected.Sum("kvdb.errors"); n != errors {
		t.Errorf("%v errors, want %v", n, errors)
	}
	if n := collected.Sum("kvdb.errors", "db.operation.name", operation, "error.type", errorType); n != errors {
		t.Errorf("%v errors %s %s, want %v", n, operation, errorType, errors)
	}
	if n := collected.Sum("db.client.operation.duration_count", "db.operation.name", operation, "error.type", errorType); n != 1 {
		t.Errorf("%v durations %s %q, want 1", n, operation, errorType)
	}
}

// Each failure of each operation has its outcome and type, whichever method
// met it.
func TestErrorsOfOperations(t *testing.T) {
	for _, kind := range []struct {
		err                error
		outcome, errorType string
	}{
		{kvdb.ErrTimeout, "error", "timeout"},
		{context.DeadlineExceeded, "error", "timeout"},
		{kvdb.ErrConflict, "conflict", "conflict"},
		{kvdb.ErrClosed, "error", "closed"},
		{kvdb.ErrReadOnly, "error", "read_only"},
		{kvdb.ErrTooLarge, "error", "too_large"},
		{kvdb.ErrUnavailable, "error", "unavailable"},
		{kvdb.ErrCorruption, "error", "corruption"},
		{kvdb.ErrNoSpace, "error", "no_space"},
		{kvdb.ErrInvalidArgument, "error", "invalid_argument"},
		{kvdb.ErrEngineFailed, "error", "engine_failed"},
		{errors.New("anything"), "error", "_OTHER"},
		{context.Canceled, "canceled", ""},
	} {
		for _, c := range operationCalls(t) {
			t.Run(fmt.Sprint(kind.err, "/", c.name), func(t *testing.T) {
				h := newHarness(t)
				fault := &kvdb.Error{Op: c.operation, Kind: kind.err, Err: errors.New("cause")}
				h.below.Inject(testutil.Errors(fault))
				if err := c.call(t.Context(), h.Store, []byte("key"), []byte("value")); err != error(fault) {
					t.Errorf("the error became %v", err)
				}
				wantOne(t, h.collect(), c.operation, kind.outcome, kind.errorType)
			})
		}
	}
}

func TestErrorClassifier(t *testing.T) {
	quota := errors.New("quota")
	for _, c := range []struct {
		name               string
		classify           func(error) string
		err                error
		outcome, errorType string
	}{
		{"a declared type", func(error) string { return "quota_exceeded" }, quota, "error", "quota_exceeded"},
		{"a built-in type", func(error) string { return "no_space" }, quota, "error", "no_space"},
		{"a conflict", func(error) string { return "conflict" }, quota, "conflict", "conflict"},
		{"no answer", func(error) string { return "" }, kvdb.ErrClosed, "error", "closed"},
		{"no answer to nobody's", func(error) string { return "" }, quota, "error", "_OTHER"},
		{"not declared", func(err error) string { return err.Error() }, quota, "error", "_OTHER"},
		{"garbage", func(error) string { return "\xff{}\n" }, quota, "error", "_OTHER"},
		{"an outcome", func(error) string { return "miss" }, quota, "error", "_OTHER"},
		{"panics", func(error) string { panic("in the classifier") }, kvdb.ErrClosed, "error", "closed"},
		{"is not asked about a miss", func(error) string { return "quota_exceeded" }, kvdb.ErrNotFound, "miss", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, instrument.WithErrorClassifier(c.classify, "quota_exceeded", "throttled"))
			h.below.Inject(testutil.Errors(c.err))
			if _, err := h.Get(t.Context(), []byte("key")); err != c.err {
				t.Errorf("the error became %v", err)
			}
			wantOne(t, h.collect(), "get", c.outcome, c.errorType)
		})
	}
}

// How a loop over a scan ends decides how the scan is counted.
func TestScanEnds(t *testing.T) {
	ctx := t.Context()
	entries := func(t *testing.T, h *harness) func(func(kvdb.Entry, error) bool) {
		return as[kvdb.Scanner](t, h.Store).Scan(ctx, kvdb.Range{})
	}
	for _, c := range []struct {
		name               string
		fault              testutil.Fault
		loop               func(t *testing.T, h *harness)
		outcome, errorType string
	}{
		{"to the end", nil, func(t *testing.T, h *harness) { _ = drain(entries(t, h)) }, "ok", ""},
		{"broken out of", nil, func(t *testing.T, h *harness) {
			for range entries(t, h) {
				break
			}
		}, "ok", ""},
		{"an error at once", testutil.On(testutil.Errors(kvdb.ErrUnavailable), "scan"), func(t *testing.T, h *harness) {
			_ = drain(entries(t, h))
		}, "error", "unavailable"},
		{"an error on the way", testutil.On(testutil.Errors(kvdb.ErrCorruption), "scan step"), func(t *testing.T, h *harness) {
			_ = drain(entries(t, h))
		}, "error", "corruption"},
		{"broken out of at the error", testutil.On(testutil.Errors(kvdb.ErrCorruption), "scan step"), func(t *testing.T, h *harness) {
			for _, err := range entries(t, h) {
				if err != nil {
					break
				}
			}
		}, "error", "corruption"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t)
			if err := h.below.Put(ctx, []byte("key"), []byte("value")); err != nil {
				t.Fatal(err)
			}
			h.below.Inject(c.fault)
			c.loop(t, h)
			wantOne(t, h.collect(), "scan", c.outcome, c.errorType)
		})
	}
}

// forgetful is a store that breaks the contract of AppendGet: it returns nothing
// in place of what it was given.
type forgetful struct {
	*kvdb.Memory
	err error
}

func (f forgetful) AppendGet(context.Context, []byte, []byte) ([]byte, error) { return nil, f.err }

func TestAppendGetOfLess(t *testing.T) {
	for _, err := range []error{nil, kvdb.ErrNotFound, kvdb.ErrUnavailable} {
		registry := instrument.NewRegistry()
		producer := registry.NewProducer()
		w := wrap(t, forgetful{kvdb.NewMemory(nil), err}, instrument.WithRegistry(registry), instrument.WithSizes())
		_, _ = as[kvdb.Appender](t, w).AppendGet(t.Context(), []byte("what was there"), []byte("key"))
		collected := testutil.Collect(t, producer)
		if requests, read := collected.Sum("kvdb.requests"), collected.Sum("kvdb.bytes.read"); requests != 1 || read != 0 {
			t.Errorf("%v: %v requests and %v bytes read, want 1 and 0", err, requests, read)
		}
	}
}
