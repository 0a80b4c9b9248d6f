package record

import (
	"slices"
	"time"
)

const (
	// WatchInterval is how often the watch looks for operations that do not end.
	WatchInterval = time.Second

	// watchPause is how long a stripe is watched before it is judged: what is over
	// within it bothers nobody.
	watchPause = 20 * time.Millisecond

	// watchShare keeps the watch of many stores to a hundredth of a processor.
	watchShare = 100
)

// attend does for the ledgers what nobody's operation does: it moves the windows of
// the quantiles on, watches, and compares the clocks.
func (r *Registry) attend(stop, stopped chan struct{}) {
	defer close(stopped)
	rotation := time.NewTicker(PollInterval)
	defer rotation.Stop()
	watch := time.NewTimer(WatchInterval)
	defer watch.Stop()
	r.checkClock()
	var round watchRound
	for {
		select {
		case <-stop:
			return
		case <-rotation.C:
			if r.Sweeps != nil { // a provider's readers are not told the quantiles
				continue
			}
			for _, l := range r.list() {
				l.rotate()
			}
		case <-watch.C:
			r.checkClock()
			watch.Reset(round.step(r.list()))
		}
	}
}

func (r *Registry) list() []*Ledger {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ledgers)
}

// A watchRound is one look at all stores, in three steps: every other stripe is
// suspected, after a pause it is judged and the others are suspected, and after
// another one these are judged.
type watchRound struct {
	at, spent time.Duration
	steps     int
}

// step takes the next step and returns how long to wait for the one after it.
func (w *watchRound) step(ledgers []*Ledger) time.Duration {
	began := time.Since(base)
	if w.steps == 0 {
		w.at, w.spent = began, 0
	}
	pause := false
	for ; w.steps < 3 && !pause; w.steps++ {
		for _, l := range ledgers {
			pause = l.watch(w.steps) || pause
		}
	}
	now := time.Since(base)
	w.spent += now - began
	if pause {
		return watchPause
	}
	for _, l := range ledgers {
		l.tellHung()
	}
	w.steps = 0
	return max(WatchInterval-(now-w.at), watchShare*w.spent, watchPause)
}

// watch takes a step of a round, and reports whether something is to be judged.
func (l *Ledger) watch(step int) (suspects bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		r.judge()
		if step < 2 {
			suspects = r.suspect(step) || suspects
		}
	}
	return suspects
}

// tellHung tells of the operations that have been in flight for longer than their
// limit, once until they have ended.
func (l *Ledger) tellHung() {
	l.mu.Lock()
	records := slices.Clone(l.records)
	l.mu.Unlock()
	for _, r := range records {
		if r.Hung == nil {
			continue
		}
		for _, o := range r.newlyHung() {
			r.Hung(o.Op, o.Age)
		}
	}
}

func (r *Record) newlyHung() (newly []OldOperation) {
	l := r.Ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	old := r.oldest()
	for op := range r.hung {
		if !slices.ContainsFunc(old, func(o OldOperation) bool { return o.Op == op && o.Age >= r.HungAfter[op] }) {
			delete(r.hung, op)
		}
	}
	for _, o := range old {
		if o.Age >= r.HungAfter[o.Op] && !r.hung[o.Op] {
			r.hung[o.Op] = true
			newly = append(newly, o)
		}
	}
	return newly
}
