package otelsetup

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

const (
	sampleInterval = 10 * time.Second
	sampleMaxAge   = 3 * sampleInterval
)

// A sampler reads the usage of the process in the background, so that a scrape
// does not wait for a file system.
type sampler struct {
	read    func() usage
	taken   func() bool // the program has the memory as a metric of its own; nil for never
	current atomic.Pointer[sample]
	cancel  context.CancelFunc
	done    chan struct{}
}

// sample is what the instruments show.
type sample struct {
	usage
	at       time.Time
	cpuShare float64 // used since the sample before, NaN at first
}

// startSampler takes the first sample at once and starts a goroutine for the
// others, which the caller ends with shutdown.
func startSampler(read func() usage) *sampler {
	ctx, cancel := context.WithCancel(context.Background())
	s := &sampler{read: read, cancel: cancel, done: make(chan struct{})}
	s.sample()
	go s.run(ctx)
	return s
}

func (s *sampler) run(ctx context.Context) {
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
func (s *sampler) sample() {
	defer func() { _ = recover() }()
	next := &sample{usage: s.read(), at: time.Now(), cpuShare: math.NaN()}
	if last := s.current.Load(); last != nil {
		next.cpuShare = next.shareOfCPU(last.usage, next.at.Sub(last.at))
	}
	s.current.Store(next)
}

// fresh returns the current sample, or nil when there is none or it is stale.
func (s *sampler) fresh() *sample {
	current := s.current.Load()
	if current == nil || time.Since(current.at) > sampleMaxAge {
		return nil
	}
	return current
}

// shutdown ends the goroutine.
func (s *sampler) shutdown(ctx context.Context) error {
	s.cancel()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// observe makes the instruments. The used share is the metric in which package
// instrument reports the disk of a store: one metric, several resources.
func (s *sampler) observe(meter metric.Meter) error {
	if err := observeUptime(meter); err != nil {
		return err
	}
	memory, err := meter.Int64ObservableGauge(catalog.ResidentMemory.Name,
		metric.WithUnit(catalog.ResidentMemory.Unit),
		metric.WithDescription(catalog.ResidentMemory.Help))
	if err != nil {
		return err
	}
	utilization, err := meter.Float64ObservableGauge(catalog.Utilization.Name,
		metric.WithUnit(catalog.Utilization.Unit),
		metric.WithDescription(catalog.Utilization.Help))
	if err != nil {
		return err
	}
	ofCPU := metric.WithAttributeSet(attribute.NewSet(attribute.String(catalog.Resource, catalog.CPU)))
	ofMemory := metric.WithAttributeSet(attribute.NewSet(attribute.String(catalog.Resource, catalog.Memory)))
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		now := s.fresh()
		if now == nil {
			return nil
		}
		if !math.IsNaN(now.resident) && (s.taken == nil || !s.taken()) {
			o.ObserveInt64(memory, int64(now.resident))
		}
		if !math.IsNaN(now.cpuShare) {
			o.ObserveFloat64(utilization, now.cpuShare, ofCPU)
		}
		if !math.IsNaN(now.memory) {
			o.ObserveFloat64(utilization, now.memory, ofMemory)
		}
		return nil
	}, memory, utilization)
	return err
}
