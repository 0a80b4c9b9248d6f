package health

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// TrafficLimits say what real traffic has to look like. A zero field has its
// default.
type TrafficLimits struct {
	// Window is the time over which operations count. By default, 30 s.
	Window time.Duration

	// ErrorRatio is the share of failed operations above which the check fails;
	// above half of it, it warns. By default, objective.ErrorRatio.
	ErrorRatio float64

	// MinVolume is how many operations the window has to hold before their ratio
	// means something. By default, 100.
	MinVolume uint64

	// MaxSilence is for how long operations may fail, however few they are,
	// without a success among them. By default, the window.
	MaxSilence time.Duration
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
// It fails at the first run that finds the ratio of errors too high, or the
// last success too long ago; the window smooths enough. Once the program gets no
// traffic any more, nothing fails, and it passes: register it together with
// [Ping]. It says the name and "failing": "database failing". Nil limits are
// the defaults.
func Traffic(name string, totals func() (succeeded, failed uint64), limits *TrafficLimits) Check {
	c := newCheck(name, "failing", 0)
	c.FailAfter = 1
	if totals == nil {
		c.err = errors.New("the function totals is nil")
		return c
	}
	var l TrafficLimits
	if limits != nil {
		l = *limits
	}
	if l.Window == 0 {
		l.Window = 30 * time.Second
	}
	if l.ErrorRatio == 0 {
		l.ErrorRatio = objective.ErrorRatio
	}
	if l.MinVolume == 0 {
		l.MinVolume = 100
	}
	if l.MaxSilence == 0 {
		l.MaxSilence = l.Window
	}
	if l.Window < 0 || l.MaxSilence < 0 || l.ErrorRatio < 0 || l.ErrorRatio >= 1 {
		c.err = fmt.Errorf("the limits %+v are no limits", l)
	}
	t := traffic{TrafficLimits: l, name: name, totals: totals}
	c.Run = func(context.Context) error { return t.judge(time.Now()) }
	return c
}

type traffic struct {
	TrafficLimits
	name    string
	totals  func() (succeeded, failed uint64)
	samples []sample // those of the window, and the last one before it

	failing  time.Time // the run that saw the first failure since the last success
	lastFail time.Time // the run that saw the last one
}

type sample struct {
	at                time.Time
	succeeded, failed uint64
}

func (t *traffic) judge(now time.Time) error {
	ok, bad := t.add(now)
	if silence := t.lastFail.Sub(t.failing); bad > 0 && silence >= t.MaxSilence {
		return fmt.Errorf("operations have failed for %v, and none has succeeded", silence)
	}
	if ok+bad < t.MinVolume {
		return nil
	}
	ratio := float64(bad) / float64(ok+bad)
	err := fmt.Errorf("%d of %d operations failed", bad, ok+bad)
	switch {
	case ratio > t.ErrorRatio:
		return err
	case ratio > t.ErrorRatio/2:
		return Warn(because(t.name+" has errors", err))
	default:
		return nil
	}
}

// add takes a sample and returns how many operations of the window succeeded
// and failed.
func (t *traffic) add(now time.Time) (ok, bad uint64) {
	succeeded, failed := t.totals()
	s := sample{now, succeeded, failed}
	last := s
	if n := len(t.samples); n > 0 {
		last = t.samples[n-1]
	}
	if succeeded < last.succeeded || failed < last.failed { // another store: it starts again
		t.samples, last = t.samples[:0], s
	}
	t.samples = append(t.samples, s)
	for len(t.samples) > 2 && now.Sub(t.samples[1].at) >= t.Window {
		t.samples = t.samples[1:]
	}
	ok, bad = succeeded-t.samples[0].succeeded, failed-t.samples[0].failed

	if succeeded > last.succeeded || bad == 0 {
		t.failing, t.lastFail = now, now
	}
	if failed > last.failed {
		t.lastFail = now
	}
	return ok, bad
}
