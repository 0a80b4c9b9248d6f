package benchmarks

import (
	"context"
	"maps"

	"github.com/otelkv/otelkv/kvdb"
)

// Bare is the store below every decorator: a fixed Go map. It exists to be
// quick and even, so that what a decorator adds stands out: a call is a map
// lookup, takes no lock and allocates nothing. For that it keeps neither
// promise of a real store: Get returns the same bytes at each call, and Put
// and Delete look the key up and change nothing.
type Bare struct {
	values map[string][]byte
}

// NewBare returns a store of the entries.
func NewBare(entries map[string][]byte) *Bare {
	return &Bare{values: maps.Clone(entries)}
}

// Get returns the value under key, which the caller must not change.
func (b *Bare) Get(_ context.Context, key []byte) ([]byte, error) {
	if v, ok := b.values[string(key)]; ok {
		return v, nil
	}
	return nil, kvdb.ErrNotFound
}

// Put looks key up.
func (b *Bare) Put(_ context.Context, key, _ []byte) error {
	_ = b.values[string(key)]
	return nil
}

// Delete looks key up.
func (b *Bare) Delete(_ context.Context, key []byte) error {
	_ = b.values[string(key)]
	return nil
}

// Close does nothing.
func (b *Bare) Close() error { return nil }

// Describe names the store.
func (b *Bare) Describe() kvdb.Info { return kvdb.Info{System: system, Namespace: namespace} }
