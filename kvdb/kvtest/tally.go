package kvtest

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/otelkv/otelkv/kvdb"
)

// The outcomes of a [Call].
const (
	outcomeOK       = "ok"
	outcomeMiss     = "miss"
	outcomeConflict = "conflict"
	outcomeAborted  = "aborted"
	outcomeCanceled = "canceled"
	outcomeError    = "error"
)

// A Call names calls that a [Tally] counts together.
type Call struct {
	// Operation is get, put, delete, scan, view, update, compare_and_swap or
	// ping, or for a batch of two or more, BATCH get, BATCH put, BATCH delete or
	// BATCH.
	Operation string

	// Outcome is one of
	//   - ok;
	//   - miss: a read of one key that is absent, or a question for it, or a swap that did not match;
	//   - conflict: the error matches kvdb.ErrConflict;
	//   - aborted: the function of a view or update returned an error of its
	//     own, that is, none that its reader or transaction had returned, or
	//     kvdb.ErrNotFound;
	//   - canceled: the error matches context.Canceled;
	//   - error: any other error, or a panic.
	Outcome string
}

// A Tally is a [kvdb.Decorator] that counts the calls that pass through it by
// operation and outcome: an independent account of what a decorator above or
// below it has to count. It has the capabilities of the store below and is safe
// for concurrent use.
//
// AppendGet, Exists and GetTTL count as get, PutTTL as put, ScanPrefix as scan. An Apply or
// GetMany of one counts as the plain operation, and of none not at all. A scan
// counts each time it is ranged over, when the loop ends; that the caller
// breaks out is ok. Reads and writes within a view or update, and what is no
// operation (Describe, ReplicationLag, AppendStats, Close), do not count.
type Tally struct {
	next kvdb.Store

	mu     sync.Mutex
	counts map[Call]int
}

// NewTally returns a Tally around s that has counted nothing.
func NewTally(s kvdb.Store) *Tally {
	return &Tally{next: s, counts: make(map[Call]int)}
}

// Count returns how many calls of the operation have ended with the outcome.
func (t *Tally) Count(operation, outcome string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[Call{operation, outcome}]
}

// Counts returns all counts that are not zero. The caller owns the map.
func (t *Tally) Counts() map[Call]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

// Unwrap returns the store below.
func (t *Tally) Unwrap() kvdb.Store { return t.next }

// Get implements [kvdb.Store].
func (t *Tally) Get(ctx context.Context, key []byte) (value []byte, err error) {
	t.count("get", func() string {
		value, err = t.next.Get(ctx, key)
		return readOutcome(err)
	})
	return value, err
}

// Put implements [kvdb.Store].
func (t *Tally) Put(ctx context.Context, key, value []byte) (err error) {
	t.count("put", func() string {
		err = t.next.Put(ctx, key, value)
		return outcome(err)
	})
	return err
}

// Delete implements [kvdb.Store].
func (t *Tally) Delete(ctx context.Context, key []byte) (err error) {
	t.count("delete", func() string {
		err = t.next.Delete(ctx, key)
		return outcome(err)
	})
	return err
}

// Close closes the store below. The counts stay.
func (t *Tally) Close() error { return t.next.Close() }

// count runs call and counts the outcome that it returns: error if it panics.
func (t *Tally) count(operation string, call func() string) {
	c := Call{operation, outcomeError}
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.counts[c]++
	}()
	c.Outcome = call()
}

func outcome(err error) string {
	switch {
	case err == nil:
		return outcomeOK
	case errors.Is(err, kvdb.ErrConflict):
		return outcomeConflict
	case errors.Is(err, context.Canceled):
		return outcomeCanceled
	default:
		return outcomeError
	}
}

func readOutcome(err error) string {
	if errors.Is(err, kvdb.ErrNotFound) {
		return outcomeMiss
	}
	return outcome(err)
}
