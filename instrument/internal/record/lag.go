package record

import (
	"slices"
	"strings"
	"time"
)

// MaxReplicas bounds what a store can add to its series.
const MaxReplicas = 32

// A lagReading is how far each replica was behind. One that is known and has no
// lag is not connected.
type lagReading struct {
	At  time.Time // zero while nothing can be said
	Lag map[string]*time.Duration
}

// Known reports whether the lags are what they are now.
func (r *lagReading) Known(now time.Time) bool { return Fresh(r.At, now) }

// Nameless reports whether there should be replicas, of which nobody knows the name
// of one: since start, and longer than it may take to connect, the store could not say
// anything.
func (r *lagReading) Nameless(start, now time.Time) bool {
	return len(r.Lag) == 0 && !r.Known(now) && !Fresh(start, now)
}

// ExpectLag says that there are replicas, of which nothing is known yet.
func (a *aside) ExpectLag() { a.lag.Store(new(lagReading)) }

// KeepLag keeps what a store says of its replicas. Those that it lists come before those
// that are missed, and of both those that were shown before: a series that comes and
// goes is worse than one that is not there.
func (a *aside) KeepLag(lag map[string]time.Duration) {
	now := lagReading{At: time.Now(), Lag: make(map[string]*time.Duration)}
	missed := a.replicas.Note(now.At, lag)
	listed := make([]string, 0, len(lag))
	for name := range lag {
		listed = append(listed, name)
	}
	shown := a.lag.Load().Lag
	for _, names := range [...][]string{listed, missed} {
		slices.SortFunc(names, func(a, b string) int {
			_, before := shown[a]
			_, after := shown[b]
			switch {
			case before == after:
				return strings.Compare(a, b)
			case before:
				return -1
			default:
				return 1
			}
		})
		for _, name := range names[:min(len(names), MaxReplicas-len(now.Lag))] {
			now.Lag[name] = nil
			if d, is := lag[name]; is && d >= 0 {
				now.Lag[name] = &d
			}
		}
	}
	a.lag.Store(&now)
}

// LoseLag keeps that nothing can be said of the replicas: without a time, no lag is
// shown. Nobody is missed, since nobody says who is there.
func (a *aside) LoseLag() { a.lag.Store(&lagReading{Lag: a.lag.Load().Lag}) }
