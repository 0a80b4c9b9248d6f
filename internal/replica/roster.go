// Package replica remembers which replicas a store has, for probes and metrics alike.
package replica

import (
	"cmp"
	"slices"
	"time"
)

// Memory is for how long a replica that a store no longer lists is remembered: long
// enough for an alert, and short against the time until somebody wonders why a replica
// that was taken away is missed.
const Memory = 5 * time.Minute

// A Roster is the replicas that a store lists, and those that it listed before. The
// zero Roster is empty. It is not safe for concurrent use.
type Roster struct {
	listed map[string]time.Time // when each was, last
}

// Note takes what a store lists now, and returns the names that are missed: those that
// it listed before, sorted. A name is forgotten after [Memory], and at once when
// another one that was not there before has come in its place, as that of a
// replica which is back under another address.
func (r *Roster) Note(now time.Time, lags map[string]time.Duration) (missed []string) {
	var gone []string
	for name := range r.listed {
		if _, is := lags[name]; !is {
			gone = append(gone, name)
		}
	}
	slices.SortFunc(gone, func(a, b string) int { return cmp.Or(r.listed[a].Compare(r.listed[b]), cmp.Compare(a, b)) })
	if r.listed == nil {
		r.listed = make(map[string]time.Time, len(lags))
	}
	newcomers := 0
	for name := range lags {
		if _, known := r.listed[name]; !known {
			newcomers++
		}
		r.listed[name] = now
	}
	for i, name := range gone {
		if i < newcomers || now.Sub(r.listed[name]) >= Memory {
			delete(r.listed, name)
			continue
		}
		missed = append(missed, name)
	}
	slices.Sort(missed)
	return missed
}
