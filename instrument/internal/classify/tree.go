package classify

import (
	"reflect"

	"github.com/otelkv/otelkv/kvdb"
)

// mostErrors is how many errors of a tree are looked at: more than anybody nests, and
// an end for those that wrap themselves.
const mostErrors = 256

// A tree collects what the errors in the tree of one say, or looks for one of them.
type tree struct {
	left   int
	found  findings
	target error // when it looks for one
	match  bool
}

// look goes down the tree of an error, in the order of errors.Is.
func (t *tree) look(err error) {
	for err != nil && t.left > 0 && !t.match {
		t.left--
		if t.target != nil {
			t.match = same(err, t.target) || says(err, t.target)
		} else {
			t.found |= t.node(err)
		}
		if e, ok := err.(*kvdb.Error); ok { //nolint:errorlint // this is the walk down the tree
			if e == nil {
				return
			}
			t.look(e.Kind)
			err = e.Err
			continue
		}
		many, one := unwrap(err)
		for _, e := range many {
			t.look(e)
		}
		err = one
	}
}

// unwrap calls what an error has of the two methods of that name.
func unwrap(err error) (many []error, one error) {
	defer func() { _ = recover() }()
	switch e := err.(type) { //nolint:errorlint // this is the walk down the tree
	case interface{ Unwrap() error }:
		one = e.Unwrap()
	case interface{ Unwrap() []error }:
		many = e.Unwrap()
	}
	return many, one
}

// same compares two errors, of which either may be of a type that cannot be.
func same(err, target error) (equal bool) {
	defer func() { _ = recover() }()
	return reflect.TypeOf(target).Comparable() && err == target //nolint:errorlint // this is errors.Is
}

// says asks an error's own method whether it matches.
func says(err, target error) (match bool) {
	defer func() { _ = recover() }()
	e, ok := err.(interface{ Is(error) bool })
	return ok && e.Is(target)
}
