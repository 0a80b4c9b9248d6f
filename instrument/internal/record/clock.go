package record

import "github.com/otelkv/otelkv/instrument/internal/clock"

// checkClock compares the clocks, and tells the news to one store of the process that has
// somebody to tell.
func (r *Registry) checkClock() {
	news := clock.Check()
	if news == "" {
		return
	}
	for _, l := range r.list() {
		if tell := l.tellsOfClock(); tell != nil {
			if clock.Tell() {
				tell(news)
			}
			return
		}
	}
}

func (l *Ledger) tellsOfClock() func(news string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		if r.ClockFell != nil && !r.closed.Load() {
			return r.ClockFell
		}
	}
	return nil
}

// clockFalls is how often the processor's counter was given up: once, if at all.
func clockFalls() uint64 {
	if end := clock.Ended(); end != nil && end.Used {
		return 1
	}
	return 0
}
