// Package classify tells from its error how an operation ended: by the kind that
// package kvdb gives it or, without one, by what Go's own packages, the operating
// system and gRPC say of it. Whose fault a kind is, catalog.ErrorKind says.
package classify

import (
	"context"
	"math/bits"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// Slot returns the slot of an operation that failed. What the error itself says goes
// first, then the end of the operation's context: who is cut off meets errors of any
// kind, but data that is damaged is damaged for everybody.
func Slot(ctx context.Context, err error) record.Slot {
	t := tree{left: mostErrors}
	t.look(err)
	if t.found != 0 {
		return slots[bits.TrailingZeros32(uint32(t.found))]
	}
	return ended(ctx)
}

// ended returns the slot of an operation by its context alone.
func ended(ctx context.Context) (s record.Slot) {
	s = record.FailureSlot(record.FailureOther)
	defer func() { _ = recover() }() // of a context that is somebody's own
	if ctx == nil {
		return s
	}
	switch err := ctx.Err(); {
	case err == nil:
	case Is(err, context.DeadlineExceeded):
		s = record.FailureSlot(record.FailureTimeout)
	default:
		s = record.SlotCanceled
	}
	return s
}

// Is is errors.Is for errors of anybody: one whose own methods panic, as those of a
// nil pointer in an interface do, matches nothing, and one that wraps itself is looked
// at for a while only.
func Is(err, target error) bool {
	t := tree{left: mostErrors, target: target}
	t.look(err)
	return t.match
}

// A finding is what one error in a tree says. Where several say something, the first
// in this order decides: what store and engine say of themselves goes before what the
// way to them says, and what is lost for good before what may be tried again.
type finding uint8

const (
	// The kinds of a store, and the errors of contexts.
	corruption finding = iota
	engineFailed
	noSpace
	readOnly
	tooLarge
	invalidArgument
	conflict
	closed
	notFound
	canceled
	timeout
	unavailable

	// What others say, which decides only where nothing of the above does.
	othersCorruption
	othersNoSpace
	othersReadOnly
	othersInvalidArgument
	othersConflict
	othersCanceled
	othersTimeout
	othersClosed
	othersUnavailable
	all
)

var slots = [all]record.Slot{
	corruption:      record.FailureSlot(record.FailureCorruption),
	engineFailed:    record.FailureSlot(record.FailureEngineFailed),
	noSpace:         record.FailureSlot(record.FailureNoSpace),
	readOnly:        record.FailureSlot(record.FailureReadOnly),
	tooLarge:        record.FailureSlot(record.FailureTooLarge),
	invalidArgument: record.FailureSlot(record.FailureInvalidArgument),
	conflict:        record.FailureSlot(record.FailureConflict),
	closed:          record.FailureSlot(record.FailureClosed),
	notFound:        record.SlotMiss,
	canceled:        record.SlotCanceled,
	timeout:         record.FailureSlot(record.FailureTimeout),
	unavailable:     record.FailureSlot(record.FailureUnavailable),

	othersCorruption:      record.FailureSlot(record.FailureCorruption),
	othersNoSpace:         record.FailureSlot(record.FailureNoSpace),
	othersReadOnly:        record.FailureSlot(record.FailureReadOnly),
	othersInvalidArgument: record.FailureSlot(record.FailureInvalidArgument),
	othersConflict:        record.FailureSlot(record.FailureConflict),
	othersCanceled:        record.SlotCanceled,
	othersTimeout:         record.FailureSlot(record.FailureTimeout),
	othersClosed:          record.FailureSlot(record.FailureClosed),
	othersUnavailable:     record.FailureSlot(record.FailureUnavailable),
}

// findings are a set of them.
type findings uint32

func (f *findings) add(x finding) { *f |= 1 << x }
