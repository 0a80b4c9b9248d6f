package health

import (
	"fmt"
	"sync"
	"time"
)

const (
	// stalledShare is the share of the time between two runs above which writes
	// count as stalled: an engine that holds them back more often than not serves
	// nobody, and one that does so now and then is doing its work. Below half of it
	// they no longer do.
	stalledShare = 0.5

	// stallShown is how long a stall is warned of, since one often follows another.
	stallShown = 30 * time.Second
)

// writeStalls judges the time for which an engine has held writes back.
type writeStalls struct {
	name string

	mu      sync.Mutex // a Check may be registered more than once
	read    time.Time
	seconds float64 // at that time
	last    time.Time
	fail    threshold
}

func newWriteStalls(name string) writeStalls {
	return writeStalls{name: name, fail: threshold{limit: stalledShare, share: 0.5}}
}

func (s *writeStalls) judge(seconds float64, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	held, since := seconds-s.seconds, now.Sub(s.read)
	first := s.read.IsZero()
	s.seconds, s.read = seconds, now
	if first || held < 0 || since <= 0 { // nothing to compare with, or opened again
		s.fail.on, s.last = false, time.Time{}
		return nil
	}
	if held > 0 {
		s.last = now
	}
	share := min(held/since.Seconds(), 1)
	_, stalled := s.fail.exceeded(share)
	err := fmt.Errorf("writes were held back for %.0f %% of the last %v", 100*share, since.Round(time.Millisecond))
	switch {
	case stalled:
		return because(s.name+" writes stalled", err)
	case !s.last.IsZero() && now.Sub(s.last) < stallShown:
		return Warn(because(s.name+" stalls writes", err))
	default:
		return nil
	}
}
