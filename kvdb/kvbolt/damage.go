package kvbolt

import (
	"errors"
	"runtime"
	"runtime/debug"
	"strings"
)

// engine makes a call of bbolt, or reads memory that bbolt has mapped, and
// turns a panic over what is in the file into an error. Any other panic goes
// on.
func engine(call func() error) (err error) {
	// A page that cannot be read is a fault, which ends the process by default:
	// the file was cut short, or the disk fails.
	before := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(before)
		if r := recover(); r != nil {
			d := asDamage(r)
			if d == nil {
				panic(r)
			}
			err = d
		}
	}()
	return call()
}

// damage is a panic over what is in the file.
type damage struct {
	text  string // of the panic, as far as it tells no keys
	cause error
}

func (d *damage) Error() string { return "the file is damaged: " + d.text }
func (d *damage) Unwrap() error { return d.cause }

func isDamage(err error) bool {
	_, ok := errors.AsType[*damage](err)
	return ok
}

// asDamage returns what a recovered panic says about the file, or nil if it is
// about something else. The panic's stack must still be there.
func asDamage(value any) *damage {
	switch v := value.(type) {
	case runtime.Error:
		if _, fault := v.(interface{ Addr() uintptr }); fault || raisedByEngine() {
			return &damage{text: v.Error(), cause: v}
		}
	case string:
		if raisedByEngine() {
			return &damage{text: withoutKeys(v), cause: errors.New(v)}
		}
	case error:
		if raisedByEngine() {
			return &damage{text: withoutKeys(v.Error()), cause: v}
		}
	}
	return nil
}

// withoutKeys returns the text of a panic of bbolt up to where it may quote
// what is in the file.
func withoutKeys(text string) string {
	text = strings.TrimPrefix(text, "assertion failed: ")
	if i := strings.IndexAny(text, ":("); i > 0 {
		text = text[:i]
	}
	return strings.TrimSpace(text)
}

// raisedByEngine reports whether the panic that is being recovered began in a
// function of bbolt, and not in one that bbolt calls back.
func raisedByEngine() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			return strings.HasPrefix(frame.Function, "go.etcd.io/bbolt")
		}
		if !more {
			return false
		}
	}
}
