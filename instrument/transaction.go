package instrument

import (
	"context"
	"iter"
	"reflect"

	"github.com/otelkv/otelkv/instrument/internal/classify"
	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

type viewer struct {
	*observer
	next kvdb.Viewer
}

func (v viewer) View(ctx context.Context, fn func(kvdb.Reader) error) (err error) {
	var t transaction
	var op op
	ctx, err = op.begin(ctx, v.observer, record.OpView, 0)
	t.labels, t.ctx = op.labels, ctx
	defer func() { t.end(ctx, &op, err) }()
	return v.next.View(ctx, func(r kvdb.Reader) error {
		return t.run(func() error { return fn(countingReader{r, &t}) })
	})
}

type updater struct {
	*observer
	next kvdb.Updater
}

func (u updater) Update(ctx context.Context, fn func(kvdb.Txn) error) (err error) {
	var t transaction
	var op op
	ctx, err = op.begin(ctx, u.observer, record.OpUpdate, 0)
	t.labels, t.ctx = op.labels, ctx
	defer func() { t.end(ctx, &op, err) }()
	return u.next.Update(ctx, func(tx kvdb.Txn) error {
		return t.run(func() error { return fn(countingTxn{countingReader{tx, &t}, tx}) })
	})
}

// A transaction follows one call of View or Update: what all runs of the
// caller's function moved, and whose error ended the last one.
type transaction struct {
	sent, read int     // bytes
	engine     []error // the failures that the engine showed to the function
	caller     error   // what the function returned

	labels *labels
	ctx    context.Context //nolint:containedctx // whose labels the function has
}

func (t *transaction) end(ctx context.Context, op *op, err error) {
	op.send(t.sent)
	op.end(ctx, nil, t.read, t.outcome(ctx, err))
}

func (t *transaction) run(fn func() error) error {
	t.engine, t.caller = t.engine[:0], nil
	t.leave()
	defer t.enter()
	t.caller = fn()
	return t.caller
}

// enter puts the labels on for the engine's own work, and leave takes them off
// for the function's.
func (t *transaction) enter() { t.labels.put() }
func (t *transaction) leave() { t.labels.takeOff(t.ctx) }

// outcome tells the caller's own error from the engine's: an error that the
// function made, or a miss that it passed on, aborts the transaction and is no
// failure of the store. The end of the operation's own context is what it is,
// whoever noticed it.
func (t *transaction) outcome(ctx context.Context, err error) error {
	if err == nil || t.caller == nil || !t.passedOn(err) {
		return err
	}
	if over := ctx.Err(); over != nil && (classify.Is(err, over) || classify.Is(err, context.Cause(ctx))) {
		return err
	}
	for _, failure := range t.engine {
		if classify.Is(t.caller, failure) {
			return err
		}
	}
	return abort{err}
}

// passedOn reports whether err is what the function returned. An error that
// cannot be compared, such as a slice of errors, is taken for it: engines return
// the function's error as it is.
func (t *transaction) passedOn(err error) bool {
	return !reflect.TypeOf(t.caller).Comparable() || classify.Is(err, t.caller)
}

// note remembers what the engine failed with. A miss is no failure.
func (t *transaction) note(err error) {
	if err == nil || classify.Is(err, kvdb.ErrNotFound) {
		return
	}
	if len(t.engine) == maxNoted {
		t.engine = t.engine[:copy(t.engine, t.engine[1:])]
	}
	t.engine = append(t.engine, err)
}

// maxNoted is how many failures are remembered, the latest ones; it bounds what
// a function that never gives up can pile up.
const maxNoted = 64

type countingReader struct {
	next kvdb.Reader
	t    *transaction
}

func (r countingReader) Get(ctx context.Context, key []byte) ([]byte, error) {
	r.t.enter()
	value, err := r.next.Get(ctx, key)
	r.t.leave()
	r.t.sent += len(key)
	r.t.read += len(value)
	r.t.note(err)
	return value, err
}

func (r countingReader) Scan(ctx context.Context, rg kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) {
		r.t.sent += len(rg.Start) + len(rg.End)
		r.t.enter()
		defer r.t.leave()
		for entry, err := range r.next.Scan(ctx, rg) {
			r.t.read += len(entry.Key) + len(entry.Value)
			r.t.note(err)
			r.t.leave()
			more := yield(entry, err)
			r.t.enter()
			if !more {
				return
			}
		}
	}
}

type countingTxn struct {
	countingReader
	next kvdb.Txn
}

func (w countingTxn) Put(ctx context.Context, key, value []byte) error {
	w.t.enter()
	err := w.next.Put(ctx, key, value)
	w.t.leave()
	w.t.sent += len(key) + len(value)
	w.t.note(err)
	return err
}

func (w countingTxn) Delete(ctx context.Context, key []byte) error {
	w.t.enter()
	err := w.next.Delete(ctx, key)
	w.t.leave()
	w.t.sent += len(key)
	w.t.note(err)
	return err
}
