package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/otelkv/otelkv/kvdb"
)

// A direct is a transaction that writes at once.
type direct struct{ *engine }

func (d direct) Put(ctx context.Context, key, value []byte) error {
	giveWay(d.engine)
	return d.engine.Put(ctx, key, value)
}

// A partial is a transaction of which some methods are replaced.
type partial struct {
	kvdb.Txn
	get    func(ctx context.Context, key []byte) ([]byte, error)
	scan   func(ctx context.Context, r kvdb.Range) entries
	put    func(ctx context.Context, key, value []byte) error
	delete func(ctx context.Context, key []byte) error
}

func (p partial) Get(ctx context.Context, key []byte) ([]byte, error) {
	return either(p.get == nil, p.get, p.Txn.Get)(ctx, key)
}

func (p partial) Scan(ctx context.Context, r kvdb.Range) entries {
	return either(p.scan == nil, p.scan, p.Txn.Scan)(ctx, r)
}

func (p partial) Put(ctx context.Context, key, value []byte) error {
	return either(p.put == nil, p.put, p.Txn.Put)(ctx, key, value)
}

func (p partial) Delete(ctx context.Context, key []byte) error {
	return either(p.delete == nil, p.delete, p.Txn.Delete)(ctx, key)
}

// replacing makes both kinds of transaction run on what change makes of them.
func replacing(change func(e *engine, p *partial)) func(*engine, *flawed) {
	return func(e *engine, f *flawed) {
		f.view = func(ctx context.Context, fn func(kvdb.Reader) error) error {
			return e.View(ctx, func(r kvdb.Reader) error {
				p := partial{Txn: readOnly{Reader: r}}
				change(e, &p)
				return fn(p)
			})
		}
		f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error {
			return e.Update(ctx, func(t kvdb.Txn) error {
				p := partial{Txn: t}
				change(e, &p)
				return fn(p)
			})
		}
	}
}

type readOnly struct {
	kvdb.Reader
	kvdb.Txn
}

func (r readOnly) Get(ctx context.Context, key []byte) ([]byte, error) { return r.Reader.Get(ctx, key) }
func (r readOnly) Scan(ctx context.Context, rg kvdb.Range) entries     { return r.Reader.Scan(ctx, rg) }

// writingAtOnce makes both kinds of transaction none.
func writingAtOnce(e *engine, f *flawed) {
	f.view = func(ctx context.Context, fn func(kvdb.Reader) error) error {
		if err := e.Ping(ctx); err != nil {
			return err
		}
		return fn(e)
	}
	f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error {
		if err := e.Ping(ctx); err != nil {
			return err
		}
		return fn(direct{e})
	}
}

// wrapping makes both kinds of transaction wrap the error of the function.
func wrapping(e *engine, f *flawed) {
	wrap := func(err error) error {
		if err != nil {
			err = fmt.Errorf("transaction: %w", err)
		}
		return err
	}
	f.view = func(ctx context.Context, fn func(kvdb.Reader) error) error { return wrap(e.View(ctx, fn)) }
	f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error { return wrap(e.Update(ctx, fn)) }
}

// swallowing makes both kinds of transaction turn a panic into an error.
func swallowing(e *engine, f *flawed) {
	f.view = func(ctx context.Context, fn func(kvdb.Reader) error) (err error) {
		defer func() {
			if recover() != nil {
				err = errOther
			}
		}()
		return e.View(ctx, fn)
	}
	f.update = func(ctx context.Context, fn func(kvdb.Txn) error) (err error) {
		defer func() {
			if recover() != nil {
				err = errOther
			}
		}()
		return e.Update(ctx, fn)
	}
}

// backwards makes the scans of transactions ignore Reverse.
var backwards = replacing(func(_ *engine, p *partial) {
	p.scan = func(ctx context.Context, r kvdb.Range) entries {
		r.Reverse = false
		return p.Txn.Scan(ctx, r)
	}
})

// heavy makes the scans of transactions ignore KeysOnly.
var heavy = replacing(func(_ *engine, p *partial) {
	p.scan = func(ctx context.Context, r kvdb.Range) entries {
		r.KeysOnly = false
		return p.Txn.Scan(ctx, r)
	}
})

// nilling makes the reads of transactions return nil for an empty value.
var nilling = replacing(func(_ *engine, p *partial) {
	p.get = func(ctx context.Context, key []byte) ([]byte, error) {
		v, err := p.Txn.Get(ctx, key)
		return append([]byte(nil), v...), err
	}
})

// hasty makes transactions ignore the contexts of their methods.
var hasty = replacing(func(_ *engine, p *partial) {
	p.get = func(ctx context.Context, key []byte) ([]byte, error) {
		return p.Txn.Get(context.WithoutCancel(ctx), key)
	}
	p.put = func(ctx context.Context, key, value []byte) error {
		return p.Txn.Put(context.WithoutCancel(ctx), key, value)
	}
})

// stale makes transactions read the store and not their own writes.
var stale = replacing(func(e *engine, p *partial) {
	p.get, p.scan = e.Get, e.Scan
})

// committing makes Update do what commit does when the function has failed.
func committing(commit func(e *engine, err error) error) func(*engine, *flawed) {
	return func(e *engine, f *flawed) {
		f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error {
			var own error
			err := e.Update(ctx, func(t kvdb.Txn) error {
				own = fn(t)
				return nil
			})
			return errors.Join(err, commit(e, own))
		}
	}
}

var brokenTxns = []broken{
	{"runs twice", "View/Reads", func(e *engine, f *flawed) {
		f.view = func(ctx context.Context, fn func(kvdb.Reader) error) error {
			return errors.Join(e.View(ctx, fn), e.View(ctx, fn))
		}
	}},
	{"an empty value is nil", "View/Reads", nilling},
	{"reverse is ignored", "View/Ranges", backwards},
	{"keys come with their values", "View/KeysOnly", heavy},
	{"ignores cancellation", "View/Errors", hasty},
	{"reads what comes later", "View/OneState", writingAtOnce},
	{"wraps the caller's error", "View/OwnError", wrapping},
	{"swallows a panic", "View/Panic", swallowing},
	{"reads for ever", "View/ReaderAfterwards", writingAtOnce},
	{"commits nothing", "Update/Commit", func(e *engine, f *flawed) {
		f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error {
			rollback := errors.New("rollback")
			if err := e.Update(ctx, func(t kvdb.Txn) error { return errors.Join(fn(t), rollback) }); !errors.Is(err, rollback) {
				return err
			}
			return nil
		}
	}},
	{"a nil value deletes", "Update/NilValue", replacing(func(_ *engine, p *partial) {
		p.put = func(ctx context.Context, key, value []byte) error {
			if value == nil {
				return p.Txn.Delete(ctx, key)
			}
			return p.Txn.Put(ctx, key, value)
		}
	})},
	{"nothing to commit is an error", "Update/Nothing", func(e *engine, f *flawed) {
		f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error {
			wrote := false
			err := e.Update(ctx, func(t kvdb.Txn) error {
				return fn(partial{Txn: t, put: func(ctx context.Context, key, value []byte) error {
					wrote = true
					return t.Put(ctx, key, value)
				}})
			})
			if err == nil && !wrote {
				err = &kvdb.Error{Op: "update", Kind: kvdb.ErrInvalidArgument}
			}
			return err
		}
	}},
	{"reads the store alone", "Update/ReadsOwnWrites", stale},
	{"reverse is ignored", "Update/Ranges", backwards},
	{"scans the store alone", "Update/RangesOfOwnWrites", stale},
	{"keys come with their values", "Update/KeysOnly", heavy},
	{"keeps the caller's bytes", "Update/CallerKeepsBytes", func(e *engine, f *flawed) {
		f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error {
			var muts []kvdb.Mutation
			err := e.Update(ctx, func(t kvdb.Txn) error {
				return fn(partial{Txn: t, put: func(ctx context.Context, key, value []byte) error {
					muts = append(muts, kvdb.Mutation{Key: key, Value: value})
					return t.Put(ctx, slices.Clone(key), slices.Clone(value))
				}})
			})
			return errors.Join(err, e.Apply(ctx, muts))
		}
	}},
	{"commits what failed", "Update/Rollback", committing(func(_ *engine, own error) error { return own })},
	{"writes at once", "Update/Rollback", writingAtOnce},
	{"wraps the caller's error", "Update/Rollback", wrapping},
	{"ignores cancellation", "Update/Errors", hasty},
	{"commits what was cancelled", "Update/CanceledDuring", func(e *engine, f *flawed) {
		f.update = func(ctx context.Context, fn func(kvdb.Txn) error) error {
			err := e.Update(context.WithoutCancel(ctx), fn)
			return errors.Join(err, kvdb.CheckContext(ctx, "update"))
		}
	}},
	{"swallows a panic", "Update/Panic", swallowing},
	{"commits at a panic", "Update/Panic", writingAtOnce},
	{"writes for ever", "Update/TxnAfterwards", writingAtOnce},
	{"comes apart", "Update/VisibleAtOnce", writingAtOnce},
	{"loses updates", "Update/Increments", writingAtOnce},
}
