package alerts_test

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// A strain is when the machine was too busy for the objective of latency, whatever a
// program does: one that only waits was late as often as KVLatencyHigh asks for.
type strain struct {
	mu    sync.Mutex
	times []span
}

type span struct{ from, to time.Time }

func watchStrain(t *testing.T) *strain {
	t.Helper()
	const (
		every  = 20 * time.Millisecond
		late   = 80 * time.Millisecond
		window = 500 // waits
	)
	s := new(strain)
	stop, ended := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() {
		close(stop)
		<-ended //otelkv:waitok it looks at stop every few milliseconds
	})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		began := time.Now()
		last, n, slow := began, 0, 0
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			now := time.Now()
			if now.Sub(last) > every+late {
				slow++
			}
			last = now
			if n++; n == window {
				if slow*100 >= window {
					s.add(span{began, now})
				}
				began, n, slow = now, 0, 0
			}
		}
	}()
	return s
}

func (s *strain) add(some span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times = append(s.times, some)
}

// between reports whether the machine was too busy at some time between two.
func (s *strain) between(from, to time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.times, func(some span) bool { return some.from.Before(to) && some.to.After(from) })
}

// memories are how long an alert of the scaled rules looks back: what it saw then can be the
// machine's.
var memories = map[string]time.Duration{
	"KVLatencyHigh":       20 * time.Second,
	"KVLatencyBudgetBurn": time.Hour, // the whole run
}

// explains reports whether the machine alone can have caused an alert at a time: operations were
// late, or programs may not have been scraped, or may not have got to export, shortly before.
func (s *strain) explains(alert string, at time.Time) bool {
	memory := memories[alert]
	if slices.Contains(starved, alert) {
		memory = time.Minute
	}
	return memory > 0 && s.between(at.Add(-memory), at)
}

// ever reports whether the machine was too busy at some time.
func (s *strain) ever() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times) > 0
}

// starved are alerts that a machine makes which is so busy that programs are not scraped, or
// do not get to export.
var starved = []string{"KVTelemetryAbsent", "KVTelemetryLossy", "KVTrafficDropped", "KVCheckUnknown", "KVNotReady"}
