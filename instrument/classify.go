package instrument

import (
	"context"
	"errors"

	"github.com/otelkv/otelkv/kvdb"
)

// A classifier maps errors to slots.
type classifier struct {
	custom   func(error) string // nil without an option
	names    []string           // of every failure, the built-in ones first
	notFound []error            // besides kvdb.ErrNotFound
}

func newClassifier(custom func(error) string, types []string) classifier {
	return classifier{custom: custom, names: failureNames(types)}
}

// errUnfinished stands in for the result of an operation until it returns. One
// that panics, or ends its goroutine, leaves it in place.
var errUnfinished = errors.New("instrument: the operation did not return")

// An abort is an error that a transaction function made itself.
type abort struct{ error }

// An unclassified error is one whose classification ended the goroutine.
type unclassified struct{ error }

// known returns the slot of an error that no foreign code has to look at.
func (c *classifier) known(err error) (s slot, ok bool) {
	switch err {
	case kvdb.ErrNotFound: //nolint:errorlint // the common case, before the costly one
		return slotMiss, true
	case errUnfinished:
		return failureSlot(failurePanic), true
	}
	switch err.(type) { //nolint:errorlint // never wrapped
	case abort:
		return slotAborted, true
	case unclassified:
		return failureSlot(failureOther), true
	}
	return 0, false
}

func (c *classifier) failed(err error) slot {
	for _, notFound := range c.notFound {
		if is(err, notFound) {
			return slotMiss
		}
	}
	if c.custom != nil {
		if s, ok := c.customSlot(err); ok {
			return s
		}
	}
	switch {
	case is(err, kvdb.ErrNotFound):
		return slotMiss
	case is(err, context.Canceled):
		return slotCanceled
	case is(err, context.DeadlineExceeded):
		return failureSlot(failureTimeout)
	}
	for _, k := range kinds {
		if is(err, k.err) {
			return failureSlot(k.failure)
		}
	}
	return failureSlot(failureOther)
}

// is is errors.Is, but false for an error whose own methods panic, as those of
// a nil pointer in an interface do: the operation failed, the program did not.
func is(err, target error) (match bool) {
	defer func() {
		if recover() != nil {
			match = false
		}
	}()
	return errors.Is(err, target)
}

var kinds = []struct {
	err     error
	failure failure
}{
	{kvdb.ErrTimeout, failureTimeout},
	{kvdb.ErrConflict, failureConflict},
	{kvdb.ErrClosed, failureClosed},
	{kvdb.ErrReadOnly, failureReadOnly},
	{kvdb.ErrTooLarge, failureTooLarge},
	{kvdb.ErrUnavailable, failureUnavailable},
	{kvdb.ErrCorruption, failureCorruption},
	{kvdb.ErrNoSpace, failureNoSpace},
	{kvdb.ErrInvalidArgument, failureInvalidArgument},
}

// customSlot asks the user's classifier. What it did not declare is _OTHER, so
// that no error text can create a series; its panic must not fail the
// operation.
func (c *classifier) customSlot(err error) (s slot, ok bool) {
	defer func() {
		if recover() != nil {
			s, ok = 0, false
		}
	}()
	name := c.custom(err)
	if name == "" {
		return 0, false
	}
	for i, known := range c.names {
		if name == known {
			return failureSlot(failure(i)), true
		}
	}
	return failureSlot(failureOther), true
}
