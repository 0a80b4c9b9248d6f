package record

import (
	"maps"
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

// ExpectLag says that there are replicas, of which nothing is known yet.
func (a *aside) ExpectLag() { a.lag.Store(new(lagReading)) }

// KeepLag keeps what a store says of its replicas.
func (a *aside) KeepLag(lag map[string]time.Duration) {
	now := lagReading{At: time.Now(), Lag: make(map[string]*time.Duration)}
	for name := range a.lag.Load().Lag {
		now.Lag[name] = nil
	}
	for name, d := range maps.All(lag) {
		if _, known := now.Lag[name]; known || len(now.Lag) < MaxReplicas {
			now.Lag[name] = &d
		}
	}
	a.lag.Store(&now)
}

// LoseLag keeps that nothing can be said of the replicas: without a time, no lag is
// shown.
func (a *aside) LoseLag() { a.lag.Store(&lagReading{Lag: a.lag.Load().Lag}) }
