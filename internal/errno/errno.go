// Package errno knows what the error numbers of operating systems mean. The names
// of package syscall do not help on Windows: there they are numbers of Go's own,
// while calls return those of Windows.
package errno

import (
	"errors"
	"slices"
	"strings"
	"syscall"
)

// A Condition is what several numbers mean, whatever the system.
type Condition uint8

// The conditions that somebody here asks for.
const (
	NoSpace      Condition = iota // a filesystem or a quota is full, or a file as large as it may be
	ReadOnly                      // the filesystem, or what it is on, cannot be written to
	NotDirectory                  // what should be a directory is something else
	Locked                        // of a lock, or of opening a file: somebody else has it
	TooManyFiles                  // the process, or the system, has as many open as it may
	AddressInUse                  // of listening: somebody else does
	Refused                       // nobody listens at the address, or takes connections any more
	Reset                         // a connection was ended by the other side, or on the way
	Unreachable                   // there is no way to the network or the host
	TimedOut                      // the system has waited for as long as it does
	Unsyncable                    // of flushing to a disk: what is written to is a pipe, a socket or a terminal
	conditions
)

// A table has the numbers of each condition.
type table [conditions][]syscall.Errno

// Is reports whether err, or an error that it wraps, is of the condition. It calls
// methods Is and Unwrap of foreign errors, as errors.Is does.
func Is(err error, c Condition) bool { return ours().is(err, c) }

// IsIn reports whether a text holds what this system says of the condition: for those
// who keep of an error its words only.
func IsIn(text string, c Condition) bool { return ours().isIn(text, c) }

// Of returns the condition of a number, if it is one of those here, and of several the first.
func Of(number syscall.Errno) (c Condition, ok bool) { return ours().of(number) }

// Numbers returns the numbers of a condition on this system, for those who ask errors
// one by one. The caller must not change them.
func Numbers(c Condition) []syscall.Errno { return ours()[c] }

func (t *table) of(number syscall.Errno) (c Condition, ok bool) {
	for c := range conditions {
		if slices.Contains(t[c], number) {
			return c, true
		}
	}
	return 0, false
}

func (t *table) is(err error, c Condition) bool {
	for _, number := range t[c] {
		if errors.Is(err, number) {
			return true
		}
	}
	return false
}

func (t *table) isIn(text string, c Condition) bool {
	for _, number := range t[c] {
		if strings.Contains(text, number.Error()) {
			return true
		}
	}
	return false
}
