package usage

import (
	"context"
	"math"
	"sync/atomic"
	"time"
)

const (
	sampleInterval = 10 * time.Second
	sampleMaxAge   = 3 * sampleInterval
)

// Readings are those of the process, of which the last one counts.
type Readings struct {
	read    func() Reading
	current atomic.Pointer[sample]
	cancel  context.CancelFunc
	done    chan struct{}
}

// sample is what the instruments show.
type sample struct {
	Reading
	at       time.Time
	cpuShare float64 // used since the sample before, NaN at first
}

// Start takes the first reading at once and starts a goroutine for the others, which
// the caller ends with Shutdown.
func Start(read func() Reading) *Readings {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Readings{read: read, cancel: cancel, done: make(chan struct{})}
	s.sample()
	go s.run(ctx)
	return s
}

func (s *Readings) run(ctx context.Context) {
	defer close(s.done)
	ticker := time.NewTicker(sampleInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.sample()
		}
	}
}

// sample replaces the current sample. A panic leaves it, to grow stale: telemetry
// must not end the program.
func (s *Readings) sample() {
	defer func() { _ = recover() }()
	next := &sample{Reading: s.read(), at: time.Now(), cpuShare: math.NaN()}
	if last := s.current.Load(); last != nil {
		next.cpuShare = next.shareOfCPU(last.Reading, next.at.Sub(last.at))
	}
	s.current.Store(next)
}

// fresh returns the current sample, or nil when there is none or it is stale.
func (s *Readings) fresh() *sample {
	current := s.current.Load()
	if current == nil || time.Since(current.at) > sampleMaxAge {
		return nil
	}
	return current
}

// Shutdown ends the goroutine.
func (s *Readings) Shutdown(ctx context.Context) error {
	s.cancel()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
