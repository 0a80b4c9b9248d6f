package kvdb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// MemoryOptions configure a [Memory].
type MemoryOptions struct {
	// Namespace is the Info.Namespace of the store. By default, "memory".
	Namespace string
}

// Memory is an ordered store in memory. It has every capability of this
// package but TTLGetter, TTLPutter, Lagger, StatsReader, PoolReader and Notifier.
//
// Each read, scan and view works on one immutable snapshot and takes no lock.
// Writes take turns, each in time and memory logarithmic in the number of
// keys. A scan yields the state at the moment it is ranged over, and its
// entries stay valid for good.
//
// The zero Memory is an empty store; it must not be copied.
type Memory struct {
	namespace string

	mu     sync.Mutex // held by writers and Close
	root   atomic.Pointer[node]
	closed atomic.Bool
}

var _ interface {
	Store
	Appender
	Batcher
	Describer
	Exister
	MultiGetter
	Pinger
	PrefixScanner
	Scanner
	SizedGetter
	SizedMultiGetter
	Swapper
	Updater
	Viewer
} = (*Memory)(nil)

// NewMemory returns an empty store. Nil options mean the defaults.
func NewMemory(opts *MemoryOptions) *Memory {
	m := &Memory{}
	if opts != nil {
		m.namespace = opts.Namespace
	}
	return m
}

// Describe implements [Describer].
func (m *Memory) Describe() Info {
	return Info{System: "memory", Namespace: cmp.Or(m.namespace, "memory")}
}

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, key []byte) ([]byte, error) {
	e, err := m.lookup(ctx, key)
	if err != nil {
		return nil, err
	}
	return clone(e.Value), nil
}

// AppendGet implements [Appender].
func (m *Memory) AppendGet(ctx context.Context, dst, key []byte) ([]byte, error) {
	e, err := m.lookup(ctx, key)
	if err != nil {
		return dst, err
	}
	return append(dst, e.Value...), nil
}

// GetSized implements [SizedGetter].
func (m *Memory) GetSized(ctx context.Context, key []byte, room Room) ([]byte, error) {
	e, err := m.lookup(ctx, key)
	if err != nil {
		return nil, err
	}
	return e.into(room), nil
}

// Exists implements [Exister].
func (m *Memory) Exists(ctx context.Context, key []byte) (bool, error) {
	_, err := m.lookup(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (m *Memory) lookup(ctx context.Context, key []byte) (*Entry, error) {
	const op = "get"
	root, err := m.snapshot(ctx, op)
	if err != nil {
		return nil, err
	}
	if err := CheckKey(op, key); err != nil {
		return nil, err
	}
	e := root.find(key)
	if e == nil {
		return nil, ErrNotFound
	}
	return e, nil
}

// Put implements [Store].
func (m *Memory) Put(ctx context.Context, key, value []byte) error {
	const op = "put"
	if err := m.checkKey(ctx, op, key); err != nil {
		return err
	}
	e := newEntry(key, value)
	return m.change(op, func(root *node) *node { return root.put(e) })
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, key []byte) error {
	const op = "delete"
	if err := m.checkKey(ctx, op, key); err != nil {
		return err
	}
	return m.change(op, func(root *node) *node { return root.remove(key) })
}

// CompareAndSwap implements [Swapper].
func (m *Memory) CompareAndSwap(ctx context.Context, key, old, new []byte) (swapped bool, err error) {
	const op = "compare_and_swap"
	if err := m.checkKey(ctx, op, key); err != nil {
		return false, err
	}
	err = m.change(op, func(root *node) *node {
		e := root.find(key)
		swapped = (e != nil) == (old != nil) && (e == nil || bytes.Equal(e.Value, old))
		if !swapped {
			return root
		}
		return root.put(newEntry(key, new))
	})
	return swapped, err
}

// Ping implements [Pinger].
func (m *Memory) Ping(ctx context.Context) error {
	_, err := m.snapshot(ctx, "ping")
	return err
}

// Close frees the entries. It does not wait: a scan or a view that is under
// way fails with ErrClosed at its next step.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed.Swap(true) {
		return &Error{Op: "close", Kind: ErrClosed}
	}
	m.root.Store(nil)
	return nil
}

// snapshot returns the present state.
func (m *Memory) snapshot(ctx context.Context, op string) (*node, error) {
	// The root comes first: Close sets the flag before it clears the root, so a
	// cleared root never passes for an empty store.
	root := m.root.Load()
	return root, m.check(ctx, op)
}

// change replaces the present state by what f makes of it.
func (m *Memory) change(op string, f func(root *node) *node) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed.Load() {
		return &Error{Op: op, Kind: ErrClosed}
	}
	m.root.Store(f(m.root.Load()))
	return nil
}

// check returns why op must not go on, or nil.
func (m *Memory) check(ctx context.Context, op string) error {
	if err := CheckContext(ctx, op); err != nil {
		return err
	}
	if m.closed.Load() {
		return &Error{Op: op, Kind: ErrClosed}
	}
	return nil
}

func (m *Memory) checkKey(ctx context.Context, op string, key []byte) error {
	if err := m.check(ctx, op); err != nil {
		return err
	}
	return CheckKey(op, key)
}

func newEntry(key, value []byte) *Entry {
	return &Entry{Key: slices.Clone(key), Value: clone(value)}
}

// into copies the value to what room returns, and returns nil if it refuses.
func (e *Entry) into(room Room) []byte {
	dst := room(len(e.Value))
	if dst == nil {
		return nil
	}
	return append(dst[:0], e.Value...)
}

// clone copies b; unlike slices.Clone it never returns nil.
func clone(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }
