package kvbadger

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// damage is a panic or a fault over what is in a file. Its text is not Badger's, which
// dumps what it has found.
type damage struct{ cause error }

func (d *damage) Error() string {
	if _, fault := d.cause.(interface{ Addr() uintptr }); fault {
		return "a page of a file cannot be read"
	}
	return "the engine cannot make sense of a file"
}

func (d *damage) Unwrap() error { return d.cause }

// asDamage returns what a recovered panic within the engine says of its files, or nil for any
// other one, which is a bug or the caller's. The panic's stack must still be there.
func asDamage(value any) *damage {
	cause, ok := value.(error)
	if !ok {
		cause = errors.New(fmt.Sprint(value))
	}
	if _, fault := value.(interface{ Addr() uintptr }); fault || raisedByEngine() {
		return &damage{cause}
	}
	return nil
}

// raisedByEngine reports whether the panic that is being recovered began in a
// function of Badger or one of its libraries, and not in one that it calls back.
func raisedByEngine() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic" || frame.Function == "runtime.sigpanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			return !strings.HasPrefix(frame.Function, "github.com/otelkv/") && throughEngine(frame, frames)
		}
		if !more {
			return false
		}
	}
}

// throughEngine reports whether a frame, or one of those that led to it before they
// leave the libraries of the engine, is Badger's.
func throughEngine(frame runtime.Frame, frames *runtime.Frames) bool {
	for more := true; more; frame, more = frames.Next() {
		switch {
		case strings.HasPrefix(frame.Function, "github.com/dgraph-io/"):
			return true
		case !strings.HasPrefix(frame.Function, "github.com/") && !strings.Contains(frame.Function, "/"),
			strings.HasPrefix(frame.Function, "encoding/"), strings.HasPrefix(frame.Function, "hash/"),
			strings.HasPrefix(frame.Function, "github.com/klauspost/"), strings.HasPrefix(frame.Function, "github.com/google/flatbuffers"):
			// a library that Badger hands the bytes of a file
		default:
			return false
		}
	}
	return false
}
