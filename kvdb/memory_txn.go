package kvdb

import (
	"context"
	"errors"
	"iter"
)

// maxUpdateRuns is how often Update runs a function. Each rerun means that
// another transaction has committed meanwhile; a hundred in a row are the mark
// of a function that is too slow for its rivals, which more runs do not help.
const maxUpdateRuns = 100

var errTxnDone = errors.New("the transaction is over")

// View implements [Viewer]. A reader that is used after fn has returned fails
// with ErrInvalidArgument.
func (m *Memory) View(ctx context.Context, fn func(Reader) error) error {
	root, err := m.snapshot(ctx, "view")
	if err != nil {
		return err
	}
	r := &memoryReader{store: m, root: root}
	defer r.end()
	return fn(r)
}

// Update implements [Updater]. It is optimistic: fn runs on a snapshot, without
// a lock, and runs again, up to a hundred times in all, when something that it
// read has changed before the commit. A scan counts as a read of every key. A
// Txn that is used after fn has returned fails with ErrInvalidArgument.
func (m *Memory) Update(ctx context.Context, fn func(Txn) error) error {
	const op = "update"
	for range maxUpdateRuns {
		root, err := m.snapshot(ctx, op)
		if err != nil {
			return err
		}
		t := newMemoryTxn(m, root)
		if err := t.run(fn); err != nil {
			return err
		}
		if err := CheckContext(ctx, op); err != nil {
			return err
		}
		committed := false
		err = m.change(op, func(now *node) *node {
			now, committed = t.commit(now)
			return now
		})
		if err != nil || committed {
			return err
		}
	}
	return &Error{Op: op, Kind: ErrConflict}
}

// A memoryReader reads from one tree until it is ended.
type memoryReader struct {
	store *Memory
	root  *node
	done  bool
}

func (r *memoryReader) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := r.checkKey(ctx, "get", key); err != nil {
		return nil, err
	}
	e := r.root.find(key)
	if e == nil {
		return nil, ErrNotFound
	}
	return clone(e.Value), nil
}

func (r *memoryReader) Scan(ctx context.Context, rg Range) iter.Seq2[Entry, error] {
	load := func() *node { return r.root }
	return scan(rg, load, func(op string) error { return r.check(ctx, op) })
}

func (r *memoryReader) end() { r.done = true }

func (r *memoryReader) check(ctx context.Context, op string) error {
	if r.done {
		return &Error{Op: op, Kind: ErrInvalidArgument, Err: errTxnDone}
	}
	return r.store.check(ctx, op)
}

func (r *memoryReader) checkKey(ctx context.Context, op string, key []byte) error {
	if err := r.check(ctx, op); err != nil {
		return err
	}
	return CheckKey(op, key)
}

// A memoryTxn writes to a tree of its own, which grows out of base, and
// remembers what it read of base, so that the commit can tell whether it would
// read the same now.
type memoryTxn struct {
	memoryReader
	base    *node
	reads   map[string]*Entry // what stood under a key; nil is absent
	writes  map[string]*Entry // what to put under a key; nil is to delete
	scanned bool
}

func newMemoryTxn(m *Memory, base *node) *memoryTxn {
	return &memoryTxn{
		memoryReader: memoryReader{store: m, root: base},
		base:         base,
		reads:        make(map[string]*Entry),
		writes:       make(map[string]*Entry),
	}
}

func (t *memoryTxn) run(fn func(Txn) error) error {
	defer t.end()
	return fn(t)
}

func (t *memoryTxn) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := t.memoryReader.Get(ctx, key)
	if err == nil || err == ErrNotFound {
		if _, own := t.writes[string(key)]; !own {
			t.reads[string(key)] = t.base.find(key)
		}
	}
	return value, err
}

func (t *memoryTxn) Scan(ctx context.Context, r Range) iter.Seq2[Entry, error] {
	entries := t.memoryReader.Scan(ctx, r)
	return func(yield func(Entry, error) bool) {
		t.scanned = true
		entries(yield)
	}
}

func (t *memoryTxn) Put(ctx context.Context, key, value []byte) error {
	if err := t.checkKey(ctx, "put", key); err != nil {
		return err
	}
	e := newEntry(key, value)
	t.root = t.root.put(e)
	t.writes[string(key)] = e
	return nil
}

func (t *memoryTxn) Delete(ctx context.Context, key []byte) error {
	if err := t.checkKey(ctx, "delete", key); err != nil {
		return err
	}
	t.root = t.root.remove(key)
	t.writes[string(key)] = nil
	return nil
}

// commit returns the tree that follows now and true, or now and false when the
// transaction has read what is no longer true.
func (t *memoryTxn) commit(now *node) (*node, bool) {
	if now == t.base {
		return t.root, true
	}
	if len(t.writes) == 0 {
		return now, true // it read one state, and took place then
	}
	if t.scanned {
		return now, false
	}
	for key, e := range t.reads {
		if now.find([]byte(key)) != e {
			return now, false
		}
	}
	for key, e := range t.writes {
		if e == nil {
			now = now.remove([]byte(key))
		} else {
			now = now.put(e)
		}
	}
	return now, true
}
