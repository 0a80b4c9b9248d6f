package page

import "time"

// How often a failure is said: when it begins, at most once a minute, and while
// it lasts.
const (
	sayBegin = time.Minute
	sayAgain = time.Hour
)

// failing is what was said of a gatherer that fails.
type failing struct {
	said time.Time // the last line
	open bool      // the last line says that it fails
	now  bool      // it does
	n    int       // failures since that line
}

// failed notes a failure, and reports whether to say so, and of how many.
func (f *failing) failed() (failures int, say bool) {
	now := time.Now()
	begins := !f.now
	f.now = true
	f.n++
	wait := sayAgain
	if begins {
		wait = sayBegin
	}
	if !f.said.IsZero() && now.Sub(f.said) < wait {
		return 0, false
	}
	failures = f.n
	f.said, f.open, f.n = now, true, 0
	return failures, true
}

// answered notes an answer, and reports whether to say so, and after how many
// failures that no line has told.
func (f *failing) answered() (failures int, say bool) {
	f.now = false
	if !f.open {
		return 0, false
	}
	failures = f.n
	f.open, f.n = false, 0
	return failures, true
}
