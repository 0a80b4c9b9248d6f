package kvtest

import (
	"context"
	"errors"
	"iter"

	"github.com/otelkv/otelkv/kvdb"
)

type tallyViewer struct {
	tally *Tally
	next  kvdb.Viewer
}

func (v tallyViewer) View(ctx context.Context, fn func(kvdb.Reader) error) (err error) {
	v.tally.count("view", func() string {
		var run txnRun
		err = v.next.View(ctx, func(r kvdb.Reader) error {
			run.returned = fn(&tallyReader{r, &run})
			return run.returned
		})
		return run.outcome(ctx, err)
	})
	return err
}

type tallyUpdater struct {
	tally *Tally
	next  kvdb.Updater
}

func (u tallyUpdater) Update(ctx context.Context, fn func(kvdb.Txn) error) (err error) {
	u.tally.count("update", func() string {
		var run txnRun
		err = u.next.Update(ctx, func(t kvdb.Txn) error {
			run.returned = fn(&tallyTxn{tallyReader{t, &run}, t})
			return run.returned
		})
		return run.outcome(ctx, err)
	})
	return err
}

// A txnRun remembers the errors of a function: those that it met, in all of its
// runs, and the one that it returned last.
type txnRun struct {
	met      []error
	returned error
}

// note remembers an error of the store. That a key is absent is none.
func (r *txnRun) note(err error) error {
	if err != nil && !errors.Is(err, kvdb.ErrNotFound) {
		r.met = append(r.met, err)
	}
	return err
}

// outcome tells the function's own errors from those of the store. The end of
// the context is what it is, whoever noticed it.
func (r *txnRun) outcome(ctx context.Context, err error) string {
	if err == nil || r.returned == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return outcome(err)
	}
	for _, met := range r.met {
		if errors.Is(r.returned, met) {
			return outcome(err)
		}
	}
	return outcomeAborted
}

type tallyReader struct {
	next kvdb.Reader
	run  *txnRun
}

func (r *tallyReader) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := r.next.Get(ctx, key)
	return value, r.run.note(err)
}

func (r *tallyReader) Scan(ctx context.Context, rg kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	entries := r.next.Scan(ctx, rg)
	return func(yield func(kvdb.Entry, error) bool) {
		for e, err := range entries {
			if !yield(e, r.run.note(err)) {
				return
			}
		}
	}
}

type tallyTxn struct {
	tallyReader
	txn kvdb.Txn
}

func (t *tallyTxn) Put(ctx context.Context, key, value []byte) error {
	return t.run.note(t.txn.Put(ctx, key, value))
}

func (t *tallyTxn) Delete(ctx context.Context, key []byte) error {
	return t.run.note(t.txn.Delete(ctx, key))
}
