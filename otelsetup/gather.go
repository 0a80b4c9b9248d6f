package otelsetup

import (
	"context"
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// extraTimeout leaves a scrape that waits for an extra gatherer in vain half of
// its time.
const extraTimeout = scrapeTimeout / 2

// A page gathers from the Telemetry and from the extra gatherers, which share one
// time-out: whatever they do, the Telemetry's metrics are served.
type page struct {
	own   prometheus.Gatherer
	extra []*patient
}

func (p *page) Gather() ([]*dto.MetricFamily, error) {
	if len(p.extra) == 0 {
		return p.own.Gather() // a merge would check everything once more
	}
	ctx, cancel := context.WithTimeout(context.Background(), extraTimeout)
	defer cancel()
	gatherers := prometheus.Gatherers{p.own}
	for _, extra := range p.extra {
		run := extra.start()
		gatherers = append(gatherers, prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
			return run.wait(ctx)
		}))
	}
	return gatherers.Gather()
}

// A patient gatherer runs once at a time, and can be left alone while it does: a
// scrape that comes meanwhile waits for the same run.
type patient struct {
	gatherer prometheus.Gatherer

	mu      sync.Mutex
	running *gathering
}

// A gathering is one run.
type gathering struct {
	done     chan struct{}
	families []*dto.MetricFamily
	err      error
}

func (p *patient) start() *gathering {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != nil {
		return p.running
	}
	run := &gathering{done: make(chan struct{})}
	p.running = run
	go func() {
		run.families, run.err = p.gatherer.Gather()
		p.mu.Lock()
		p.running = nil
		p.mu.Unlock()
		close(run.done)
	}()
	return run
}

func (g *gathering) wait(ctx context.Context) ([]*dto.MetricFamily, error) {
	select {
	case <-g.done:
	case <-ctx.Done():
	}
	select {
	case <-g.done: // in time, even if the one before it was not
		return g.families, g.err
	default:
		return nil, fmt.Errorf("an extra gatherer takes longer than %v", extraTimeout)
	}
}
