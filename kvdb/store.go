// Package kvdb is the small vocabulary that a key-value engine speaks so that
// it can be observed: one [Store] interface that every engine has, one
// interface for each capability that only some engines have, and errors that
// mean the same in all of them.
//
// A capability is asked for with [As], never with a type assertion, because a
// [Decorator] such as the one of package instrument answers for the store
// below it:
//
//	if scanner, ok := kvdb.As[kvdb.Scanner](store); ok {
//		for entry, err := range scanner.Scan(ctx, kvdb.Range{}) {
//			…
//		}
//	}
//
// The adapters live in modules of their own below this package, so that a
// program pays only for the engines that it imports. [NewMemory] is an ordered
// store in memory for tests and examples. Package kvtest is the conformance
// suite that every adapter and every decorator passes.
//
// The package emits no telemetry and imports the standard library only.
package kvdb

import "context"

// A Store is a key-value engine, or a decorator around one.
//
// All methods are safe for concurrent use. A method whose context is cancelled
// before it starts returns an error that matches ctx.Err() and changes
// nothing; whether a running method can be interrupted depends on the engine.
//
// An empty key is [ErrInvalidArgument] everywhere. A nil value is an empty
// value. After Close every method returns an error that matches [ErrClosed].
// Every error that a method returns, except ErrNotFound, is an [*Error].
type Store interface {
	// Get returns the value under key, never nil when the error is nil. The
	// caller owns the result and may change it. It returns ErrNotFound itself,
	// unwrapped, when the key is absent. The store does not keep key.
	Get(ctx context.Context, key []byte) ([]byte, error)

	// Put sets the value under key, whether or not the key exists. The caller
	// may reuse key and value once Put has returned. How durable the value is
	// then is the engine's and the adapter's to document.
	Put(ctx context.Context, key, value []byte) error

	// Delete removes key. An absent key is not an error.
	Delete(ctx context.Context, key []byte) error

	// Close releases what the store owns. It waits for running methods or makes
	// them fail with ErrClosed. A second Close returns an error that matches
	// ErrClosed and does no harm.
	Close() error
}

// A Decorator is a store that adds something to the one below it. See [As] for
// the rules by which capabilities are found through a chain of decorators.
type Decorator interface {
	Store

	// Unwrap returns the store below. It is never nil.
	Unwrap() Store

	// As sets *target to the decorator's view of a capability and returns true,
	// or returns false when the decorator has none: because the store below
	// lacks the capability, or because the decorator withholds it. Target is a
	// non-nil pointer to an interface or to a concrete type.
	As(target any) bool
}
