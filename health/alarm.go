package health

import (
	"math"
	"time"
)

// An alarm says whether too many operations fail, with a memory: what chance explains
// neither raises nor ends it, nor does a lack of operations.
type alarm struct {
	ratio float64 // of failures, above which it goes off
	sigma float64 // how far above chance that has to be, in standard deviations
	slow  bool    // only time ends it
	on    bool

	sign  time.Time     // the last run with a sign of failures
	base  time.Duration // the shortest hold
	hold  time.Duration // without a sign, after which it ends
	ended time.Time     // for lack of signs
}

// longestHold is how many times the shortest one a hold is at most.
const longestHold = 16

// raised reports whether more operations of a window failed than chance explains at
// the ratio.
func (a *alarm) raised(t tally) bool {
	most := t.at(a.ratio)
	return float64(t.failed) > most+a.sigma*math.Sqrt(most)
}

// set raises the alarm.
func (a *alarm) set(now time.Time) {
	if !a.on && now.Sub(a.ended) > 4*a.hold {
		a.hold = a.base // the try was long ago, and went well
	}
	a.on, a.sign = true, now
}

// settle ends the alarm when the window's operations tell that all is well again, or
// when for a while they have told nothing. Where the program gets no operations while
// it lasts, that is a try, and the next time it waits longer.
func (a *alarm) settle(t tally, now time.Time) {
	if !a.on {
		return
	}
	const (
		enough  = 5 // failures would be expected at the ratio
		certain = 2 // standard deviations
	)
	most, failed := t.at(a.ratio), float64(t.failed)
	switch {
	case !a.slow && most >= enough && failed <= min(most/2, most-certain*math.Sqrt(most)):
		a.on, a.hold = false, a.base
	case failed > most/2:
		a.sign = now
	case now.Sub(a.sign) >= a.hold:
		a.on, a.ended = false, now
		a.hold = min(2*a.hold, longestHold*a.base)
	}
}
