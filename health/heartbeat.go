package health

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// shortestSilence keeps the step of the clock well below what is measured.
const shortestSilence = 4 * watchInterval

var errSilent = errors.New("the loop has not called Beat for too long, though goroutines run")

// A Heartbeat is how a loop of the program shows that it goes round.
type Heartbeat struct {
	schedule   *schedule
	name       string
	maxSilence time.Duration
	last       atomic.Int64 // the schedule's time at the last beat
	began      time.Time
	health     *Health
	entry      *entry // what Stop forgets
}

// Heartbeat adds a heartbeat to liveness. The program is not alive while the
// loop is silent for longer than maxSilence, which is at least one second and
// counts from now on. Time in which the whole program got no CPU does not
// count: that is starvation, which the state of the check "scheduler" shows as
// a warning, and which no restart mends.
//
// The name follows the rules of [Check.Name]. The error matches [ErrDuplicate]
// when it is taken and [ErrClosed] after Close; the Heartbeat does nothing then.
func (h *Health) Heartbeat(name string, maxSilence time.Duration) (*Heartbeat, error) {
	if !h.runs() {
		return nil, ErrClosed
	}
	b := &Heartbeat{schedule: &h.schedule, name: name, maxSilence: maxSilence, began: time.Now()}
	b.Beat()
	err := checkName(name)
	if maxSilence < shortestSilence {
		err = errors.Join(err, fmt.Errorf("health: heartbeat %q: the silence %v is below %v", name, maxSilence, shortestSilence))
	}
	if err == nil {
		e := &entry{name: name, kind: Liveness, state: b.state}
		b.health, b.entry = h, e
		err = h.add(b.began, e)
	}
	return b, err
}

// Beat says that the loop goes round. It costs some nanoseconds, allocates
// nothing, and is safe for concurrent use.
func (b *Heartbeat) Beat() {
	if b != nil && b.schedule != nil {
		b.last.Store(b.schedule.ran.Load())
	}
}

// Stop says that the loop has ended as it should, and forgets the heartbeat: no
// probe and no metric knows it from now on, and its name is free, as for the loop
// that takes its place. Further calls do nothing, whoever has the name by then.
func (b *Heartbeat) Stop() {
	if b != nil && b.entry != nil {
		b.health.forget(func(e *entry) bool { return e == b.entry })
	}
}

func (b *Heartbeat) state(now time.Time) State {
	silence := time.Duration(b.schedule.ran.Load() - b.last.Load())
	s := State{Name: b.name, Kind: Liveness, Status: StatusPass, Since: b.began, Ended: now.Add(-silence)}
	if silence > b.maxSilence {
		s.Status = StatusFail
		s.Since = now.Add(b.maxSilence - silence)
		s.Reason = fmt.Sprintf("%s silent for %v", b.name, silence.Truncate(time.Second))
		s.Err = errSilent
	}
	return s
}
