// Package fault makes the programs of the examples fail on purpose: the store, its
// disk or the process, never what tells of them, so that metric, probe, line and
// alert all see it.
//
// kind.go is the table of the kinds. A [Switch] turns one of them on at a time; a
// [Store] is the engine of a program with what can be wrong with it. A kind that acts
// on operations does so in strike.go, and one that goes on in the background has a
// file of its own.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Fault is a kind of failure, and how long the kinds of which that can be said take:
// as flag and address it is the kind's name, "fulldisk", or "fulldisk:30s". The zero
// Fault is none.
type Fault struct {
	Kind  Kind
	Takes time.Duration // 0 is the default of the kind
}

var (
	// ErrUnknown is matched by errors about a fault that does not exist.
	ErrUnknown = errors.New("unknown fault")

	// ErrUnsupported is matched by errors about a fault that the program, its engine
	// or the machine cannot have.
	ErrUnsupported = errors.New("not possible")
)

// Status returns the exit status of a program that ends with err: that of wrong usage for a
// fault that it cannot have.
func Status(err error) int {
	if errors.Is(err, ErrUnsupported) {
		return 2
	}
	return 1
}

// Parse finds a fault by what a user has written. The error matches ErrUnknown.
func Parse(text string) (Fault, error) {
	name, takes, timed := strings.Cut(text, ":")
	for k := range table {
		if table[k].name != name {
			continue
		}
		f := Fault{Kind: Kind(k)}
		if !timed {
			return f, nil
		}
		d, err := time.ParseDuration(takes)
		if err != nil || d <= 0 || table[k].takes == 0 {
			break
		}
		f.Takes = d
		return f, nil
	}
	return Fault{}, fmt.Errorf("%w %q: use %s", ErrUnknown, text, Names())
}

// Names lists the kinds for a sentence.
func Names() string {
	names := make([]string, len(table))
	for k := range table {
		names[k] = table[k].name
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// String returns what Parse takes.
func (f Fault) String() string {
	if f.Takes == 0 {
		return f.Kind.String()
	}
	return f.Kind.String() + ":" + f.Takes.String()
}

// takes returns how long the fault takes, by default what its kind does.
func (f Fault) takes() time.Duration {
	if f.Takes > 0 {
		return f.Takes
	}
	return table[f.Kind].takes
}
