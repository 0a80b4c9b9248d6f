package instrument

import (
	"context"
	"errors"

	"github.com/otelkv/otelkv/instrument/internal/classify"
	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

// A classifier maps errors to slots.
type classifier struct {
	custom   func(error) string // nil without an option
	names    []string           // of every failure, the built-in ones first
	notFound []error            // besides kvdb.ErrNotFound
}

func newClassifier(custom func(error) string, types []string) classifier {
	return classifier{custom: custom, names: record.FailureNames(types)}
}

// errUnfinished stands in for the result of an operation until it returns. One
// that panics, or ends its goroutine, leaves it in place.
var errUnfinished = errors.New("instrument: the operation did not return")

// An abort is an error that a transaction function made itself.
type abort struct{ error }

// An unclassified error is one whose classification ended the goroutine.
type unclassified struct{ error }

// known returns the slot of an error that no foreign code has to look at.
func (c *classifier) known(err error) (s record.Slot, ok bool) {
	switch err {
	case kvdb.ErrNotFound: //nolint:errorlint // the common case, before the costly one
		return record.SlotMiss, true
	case errUnfinished:
		return record.FailureSlot(record.FailurePanic), true
	}
	switch err.(type) { //nolint:errorlint // never wrapped
	case abort:
		return record.SlotAborted, true
	case unclassified:
		return record.FailureSlot(record.FailureOther), true
	}
	return 0, false
}

// failed returns the slot of any other error: what the user says of it, then what it
// says itself.
func (c *classifier) failed(ctx context.Context, err error) record.Slot {
	for _, notFound := range c.notFound {
		if classify.Is(err, notFound) {
			return record.SlotMiss
		}
	}
	if c.custom != nil {
		if s, ok := c.customSlot(err); ok {
			return s
		}
	}
	return classify.Slot(ctx, err)
}

// customSlot asks the user's classifier. What it did not declare is _OTHER, so
// that no error text can create a series; its panic must not fail the
// operation.
func (c *classifier) customSlot(err error) (s record.Slot, ok bool) {
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
			return record.FailureSlot(record.Failure(i)), true
		}
	}
	return record.FailureSlot(record.FailureOther), true
}
