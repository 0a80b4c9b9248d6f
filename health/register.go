package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Register adds checks and starts them. The first run of each begins at once.
// When one of them is refused, none is added, and the error lists every
// problem: it matches [ErrDuplicate] when a name is taken and [ErrClosed] after
// Close. It does not wait for a run.
func (h *Health) Register(checks ...Check) error {
	if !h.runs() {
		return ErrClosed
	}
	var errs []error
	runners := make([]*runner, 0, len(checks))
	entries := make([]*entry, 0, len(checks))
	for _, c := range checks {
		if err := c.complete(); err != nil {
			errs = append(errs, err)
			continue
		}
		r := newRunner(c, h)
		runners = append(runners, r)
		entries = append(entries, r.entry)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.addLocked(time.Now(), entries...); err != nil {
		return err
	}
	for _, r := range runners {
		ctx, end := context.WithCancel(h.ctx)
		r.entry.end = end
		h.loops.Go(func() {
			defer end()
			r.loop(ctx)
		})
	}
	return nil
}

func (h *Health) add(now time.Time, entries ...*entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.addLocked(now, entries...)
}

func (h *Health) addLocked(now time.Time, entries ...*entry) error {
	if h.closed {
		return ErrClosed
	}
	all := slices.Clone(*h.entries.Load())
	var errs []error
	for _, e := range entries {
		if slices.ContainsFunc(all, func(other *entry) bool { return other.name == e.name }) {
			errs = append(errs, fmt.Errorf("%w: %q", ErrDuplicate, e.name))
			continue
		}
		e.reported = e.state(now)
		all = append(all, e)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	h.entries.Store(&all)
	return nil
}

// Unregister ends the checks and heartbeats of these names and forgets them, as
// when the store that they look at is closed for good while the program goes on.
// From then on no probe, no metric, no line and no hook knows them, and their names
// are free: who takes one has nothing of what was known under it. A function that
// runs gets its context cancelled and is not waited for, nor is a hook that runs, or a
// line that waits for the logger. Names that are not there,
// and that of the scheduler's self-check, are ignored.
func (h *Health) Unregister(names ...string) {
	h.forget(func(e *entry) bool { return slices.Contains(names, e.name) })
}

// forget ends and forgets the entries that go.
func (h *Health) forget(goes func(*entry) bool) {
	if !h.runs() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := make([]*entry, 0, len(*h.entries.Load()))
	for _, e := range *h.entries.Load() {
		if e.name == scheduleName || !goes(e) {
			kept = append(kept, e)
			continue
		}
		e.leave()
	}
	h.entries.Store(&kept)
}
