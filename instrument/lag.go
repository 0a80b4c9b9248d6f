package instrument

import (
	"maps"
	"time"
)

// maxReplicas bounds what a store can add to its series.
const maxReplicas = 32

// A lagReading is how far each replica was behind. One that is known and has no
// lag is not connected.
type lagReading struct {
	at  time.Time // zero while nothing can be said
	lag map[string]*time.Duration
}

// expectLag says that there are replicas, of which nothing is known yet.
func (a *aside) expectLag() { a.lag.Store(new(lagReading)) }

// keepLag keeps what a store says of its replicas.
func (a *aside) keepLag(lag map[string]time.Duration) {
	now := lagReading{at: time.Now(), lag: make(map[string]*time.Duration)}
	for name := range a.lag.Load().lag {
		now.lag[name] = nil
	}
	for name, d := range maps.All(lag) {
		if _, known := now.lag[name]; known || len(now.lag) < maxReplicas {
			now.lag[name] = &d
		}
	}
	a.lag.Store(&now)
}

// loseLag keeps that nothing can be said of the replicas: without a time, no lag is
// shown.
func (a *aside) loseLag() { a.lag.Store(&lagReading{lag: a.lag.Load().lag}) }
