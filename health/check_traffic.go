package health

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// TrafficLimits say what real traffic has to look like. A zero field has its
// default.
type TrafficLimits struct {
	// Window is the time over which operations count. By default, 30 s.
	Window time.Duration

	// ErrorRatio is the share of failed operations above which the check fails,
	// and about half of which it warns. By default, objective.ErrorRatio.
	ErrorRatio float64

	// MinVolume is how many operations the window has to hold before their ratio
	// means something. By default, 100.
	MinVolume uint64

	// MaxSilence is for how long operations may fail, if only three of them,
	// without a success among them. By default, the window.
	MaxSilence time.Duration

	// Hold is how long a failed check waits for another sign of failures before it
	// passes, where too few operations come in to tell. It doubles, up to sixteen
	// times, as long as the check fails again soon. By default, twice the window,
	// and at least 30 s.
	Hold time.Duration

	// Oldest returns how old the oldest operation is that has begun and not ended:
	// one that hangs neither succeeds nor fails. It must not block. By default, nobody
	// is asked. For a store of package instrument that is its OldestOwn.
	Oldest func() time.Duration

	// MaxAge is how old that may be. By default, objective.OperationAge.
	MaxAge time.Duration
}

// Traffic checks the operations that a store serves anyway, and so what no ping
// can see. Totals returns how many have succeeded and failed since some moment;
// for a store of package instrument that is
//
//	func() (succeeded, failed uint64) {
//		t := store.Totals()
//		return t.Succeeded, t.Failed
//	}
//
// It fails when more operations of the window fail than ErrorRatio and chance
// explain, in three runs at least (in half of those that a window has, where that
// is less) and for a ninth of the window, so that a burst of a second is none; or when the last
// success is too long ago. It passes again once clearly fewer than half of
// ErrorRatio fail. A share between the two changes nothing, nor do too few
// operations: who is taken out of service gets none. So that it is not out for ever,
// the check passes when there is no sign of failures for the time of Hold, and the
// traffic that comes then decides.
//
// It fails at once while an operation hangs, where Oldest tells.
//
// Replicas of the program that stand above one remote store fail together: see
// [Check.Above]. It says the name and "failing": "database failing". Nil limits are
// the defaults.
func Traffic(name string, totals func() (succeeded, failed uint64), limits *TrafficLimits) Check {
	c := newCheck(name, "failing", 0)
	c.FailAfter = 1 // the window smooths enough
	if totals == nil {
		c.err = errors.New("the function totals is nil")
		return c
	}
	var l TrafficLimits
	if limits != nil {
		l = *limits
	}
	l.Window = cmp.Or(l.Window, 30*time.Second)
	l.ErrorRatio = cmp.Or(l.ErrorRatio, objective.ErrorRatio)
	l.MinVolume = cmp.Or(l.MinVolume, 100)
	l.MaxSilence = cmp.Or(l.MaxSilence, l.Window)
	l.Hold = cmp.Or(l.Hold, max(2*l.Window, 30*time.Second))
	l.MaxAge = cmp.Or(l.MaxAge, objective.OperationAge)
	if l.Window < 0 || l.MaxSilence < 0 || l.MaxAge < 0 || l.Hold < 0 || !(0 < l.ErrorRatio && l.ErrorRatio < 1) {
		l.Oldest = nil
		c.err = fmt.Errorf("the limits %+v are no limits", l)
	}
	t := &traffic{TrafficLimits: l, name: name}
	t.begin()
	c.Run = func(context.Context) error {
		succeeded, failed := totals()
		err := t.judge(sample{time.Now(), succeeded, failed})
		if age := t.oldest(); age > t.MaxAge {
			return because(name+" hanging", fmt.Errorf("an operation has been in flight for %v", age.Round(time.Second)))
		}
		return err
	}
	return c
}

// fewestFailures without a success are no accident.
const fewestFailures = 3

type traffic struct {
	TrafficLimits
	name string

	mu         sync.Mutex // a Check may be registered more than once
	window     window
	fail, warn alarm

	failing  time.Time // the run that saw the first failure since the last success
	lastFail time.Time // the run that saw the last one
	before   uint64    // failures until then
}

// begin forgets everything.
func (t *traffic) begin() {
	t.window = window{length: t.Window}
	t.fail = alarm{ratio: t.ErrorRatio, sigma: 3, base: t.Hold, hold: t.Hold}
	t.warn = alarm{ratio: t.ErrorRatio / 2, sigma: 2, base: t.Hold, hold: t.Hold, slow: true}
}

func (t *traffic) judge(s sample) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	total := t.add(s)
	enough := total.operations() >= t.MinVolume
	silence := t.lastFail.Sub(t.failing)
	silent := total.failed > 0 && silence >= t.MaxSilence && s.failed-t.before >= fewestFailures
	bad := silent || enough && t.fail.raised(total) && t.lasts()
	if bad {
		t.fail.set(s.at)
	} else {
		t.fail.settle(total, s.at)
	}
	if enough && t.warn.raised(total) {
		t.warn.set(s.at)
	} else {
		t.warn.settle(total, s.at)
	}
	err := fmt.Errorf("%d of %d operations failed", total.failed, total.operations())
	switch {
	case silent:
		return fmt.Errorf("operations have failed for %v, and none has succeeded", silence)
	case bad:
		return err
	case t.fail.on:
		return fmt.Errorf("%w, which does not say that it is over", err)
	case t.warn.on:
		return Warn(because(t.name+" has errors", err))
	default:
		return nil
	}
}

func (t *traffic) oldest() time.Duration {
	if t.Oldest == nil {
		return 0
	}
	return t.Oldest()
}

// lasts reports whether there are failures in more than a burst.
func (t *traffic) lasts() bool {
	steps, took := t.window.above(t.ErrorRatio)
	step := max(t.window.step(), 1)
	half := int((t.Window + step) / (2 * step)) // of the steps of a window
	return steps >= min(max(half, 1), 3) && took >= t.Window/9
}

// add takes a sample and returns what is in the window.
func (t *traffic) add(s sample) tally {
	last, any := t.window.last()
	if any && (s.ok < last.ok || s.failed < last.failed) { // another store: it starts again
		t.begin()
		any = false
	}
	if !any {
		last = s
	}
	t.window.add(s)
	total := t.window.total()
	if s.ok > last.ok || total.failed == 0 {
		t.failing, t.lastFail, t.before = s.at, s.at, last.failed
	}
	if s.failed > last.failed {
		t.lastFail = s.at
	}
	return total
}
