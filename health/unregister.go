package health

import "slices"

// Unregister ends the checks and heartbeats of these names and forgets them, as
// when the store that they look at is closed for good while the program goes on.
// From then on no probe and no metric knows them, and their names are free. A
// function that runs gets its context cancelled and is not waited for. Names that
// are not there, and that of the scheduler's self-check, are ignored.
func (h *Health) Unregister(names ...string) {
	if !h.runs() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := make([]*entry, 0, len(*h.entries.Load()))
	for _, e := range *h.entries.Load() {
		if e.name == scheduleName || !slices.Contains(names, e.name) {
			kept = append(kept, e)
			continue
		}
		if e.end != nil {
			e.end()
		}
	}
	h.entries.Store(&kept)
}
