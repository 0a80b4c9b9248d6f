package health

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	scheduleName = "scheduler"

	// watchInterval is the step of the clock for heartbeats: four wake-ups a
	// second are not noticed, and the shortest silence is four of them.
	watchInterval = 250 * time.Millisecond

	// starvedAfter is the delay of a timer above which the program did not get
	// the processor. A garbage collection is far below, a CPU quota that is used
	// up may be above.
	starvedAfter = time.Second

	// starvedFor is how long that is shown.
	starvedFor = 30 * time.Second
)

var errStarved = errors.New("goroutines did not run for longer than a second: too little CPU")

// A schedule measures whether goroutines run when they should, and counts the
// time in which they could. A program without CPU time is starved: its loops are
// silent, and a restart would take even more. One whose loops are silent while
// the schedule goes on is deadlocked.
type schedule struct {
	ran     atomic.Int64 // nanoseconds in which goroutines ran
	lastRun atomic.Pointer[time.Time]
	starved atomic.Pointer[starvation]
	began   time.Time
}

type starvation struct {
	since, until time.Time
	delay        time.Duration
}

func (s *schedule) begin(now time.Time) {
	s.began = now
	s.lastRun.Store(&now)
}

// tick is called by one goroutine, once every watchInterval if it can.
func (s *schedule) tick(now time.Time) {
	elapsed := now.Sub(*s.lastRun.Load())
	s.lastRun.Store(&now)
	s.ran.Add(int64(min(elapsed, 2*watchInterval)))
	if delay := elapsed - watchInterval; delay > starvedAfter {
		next := &starvation{since: now, until: now.Add(starvedFor), delay: delay}
		if last := s.starved.Load(); last != nil && now.Before(last.until) {
			next.since = last.since
		}
		s.starved.Store(next)
	}
}

func (s *schedule) state(now time.Time) State {
	last := *s.lastRun.Load()
	st := State{Name: scheduleName, Kind: Liveness, Status: StatusPass, Since: s.began, Ended: last}
	starved := s.starved.Load()
	delay := now.Sub(last) - watchInterval
	switch {
	case delay > starvedAfter:
		st.Since = last
	case starved != nil && now.Before(starved.until):
		st.Since, delay = starved.since, starved.delay
	case starved != nil:
		st.Since = starved.until
		return st
	default:
		return st
	}
	st.Status = StatusWarn
	st.Reason = fmt.Sprintf("%s starved: %v late", scheduleName, delay.Truncate(100*time.Millisecond))
	st.Err = errStarved
	return st
}

func newScheduleEntry(s *schedule) *entry {
	return &entry{name: scheduleName, kind: Liveness, state: s.state}
}

// watch keeps the schedule, and reports what changes because time passes:
// results that get too old, loops that fall silent.
func (h *Health) watch() {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-ticker.C:
		}
		now := time.Now()
		h.schedule.tick(now)
		for _, e := range *h.entries.Load() {
			h.report(e, now)
		}
	}
}
