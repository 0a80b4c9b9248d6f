package alerts_test

import (
	"sync/atomic"
	"testing"
	"time"
)

// A strain is whether the machine is too busy for the objective of latency, whatever a
// program does: one that only waits is late as often as KVLatencyHigh asks for.
type strain struct{ atomic.Bool }

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
		last, n, slow := time.Now(), 0, 0
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
					s.Store(true)
				}
				n, slow = 0, 0
			}
		}
	}()
	return s
}

// explains reports whether the machine alone can have caused an alert.
func (s *strain) explains(alert string) bool {
	return s.Load() && (alert == "KVLatencyHigh" || alert == "KVLatencyBudgetBurn")
}
