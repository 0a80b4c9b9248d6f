package runtimeprof

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime/pprof"
	"slices"
	"sync"
	"time"

	"github.com/google/pprof/profile"
)

// joinWithin is how far the edge of a profile may be from where it was asked
// for, so that many who come at once share one run and do not cut it up. It is
// short against a profile's seconds, and long against a burst of requests.
const joinWithin = 250 * time.Millisecond

// retryOutside is what to tell who finds the CPU profiler taken by code that
// knows nothing of Profilers: half of the usual 30 seconds.
const retryOutside = 15 * time.Second

// cpuProfiler shares the CPU profiler. A run is cut into segments wherever one
// of its consumers comes or goes, and each gets those of its own time merged.
type cpuProfiler struct {
	gates gates
	spent func(profile string, d time.Duration)
	start func(io.Writer) error // pprof.StartCPUProfile

	mu        sync.Mutex
	closed    bool
	current   *segment // nil when idle
	consumers []*CPURun
}

type segment struct {
	start time.Time
	data  bytes.Buffer // written by the runtime until the segment is stopped
}

// A CPURun is one consumer's part of the CPU profile.
type CPURun struct {
	profiler *cpuProfiler
	segments []*segment
	ended    chan struct{} // closed when nothing more will be recorded
	limit    *time.Timer

	once sync.Once
	data []byte
	err  error
}

// CPU records a CPU profile for d.
func (r *Profilers) CPU(ctx context.Context, d time.Duration) ([]byte, error) {
	if err := fits(ctx, d); err != nil {
		return nil, err
	}
	run, err := r.StartCPU(d + time.Minute) // which wait does not reach
	if err != nil {
		return nil, err
	}
	err = r.wait(ctx, d, run.ended)
	data, stopErr := run.Stop()
	if err != nil {
		return nil, err
	}
	return data, stopErr
}

// StartCPU begins a CPU profile that lasts until its Stop, at most for limit.
// It fails with a *BusyError when other code of the process records one.
func (r *Profilers) StartCPU(limit time.Duration) (*CPURun, error) {
	run, err := r.cpu.join(limit)
	if err == nil {
		r.cpu.gates.wait()
	}
	return run, err
}

func (p *cpuProfiler) join(limit time.Duration) (*CPURun, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	run := &CPURun{profiler: p, ended: make(chan struct{})}
	if p.current != nil && time.Since(p.current.start) > joinWithin {
		p.cut()
	}
	if p.current == nil {
		if err := p.begin(); err != nil {
			return nil, err
		}
	}
	run.limit = time.AfterFunc(limit, func() { p.leave(run) })
	p.consumers = append(p.consumers, run)
	return run, nil
}

// Stop ends the run and returns the profile. Further calls return the same.
func (c *CPURun) Stop() ([]byte, error) {
	c.once.Do(func() {
		c.profiler.leave(c)
		c.data, c.err = merge(c.segments)
		c.segments = nil
	})
	return c.data, c.err
}

// begin starts a segment.
func (p *cpuProfiler) begin() error {
	s := &segment{start: time.Now()}
	if err := p.start(&s.data); err != nil {
		return &BusyError{Profiler: "CPU profiler", RetryAfter: retryOutside}
	}
	p.current = s
	if len(p.consumers) == 0 {
		p.gates.set(true)
	}
	return nil
}

// end stops the segment and hands it to the consumers.
func (p *cpuProfiler) end() {
	pprof.StopCPUProfile()
	s := p.current
	p.current = nil
	p.spent("cpu", time.Since(s.start))
	for _, c := range p.consumers {
		c.segments = append(c.segments, s)
	}
}

// cut ends the segment and begins the next one. In between, code that knows
// nothing of Profilers may take the profiler, which ends all runs.
func (p *cpuProfiler) cut() {
	p.end()
	if p.begin() == nil {
		return
	}
	p.shut()
}

// close ends all runs. Their Stop still returns what they have.
func (p *cpuProfiler) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.current != nil {
		p.end()
		p.shut()
	}
}

// shut tells the consumers, if there are any, that the profiler has stopped.
func (p *cpuProfiler) shut() {
	for _, c := range p.consumers {
		c.limit.Stop()
		close(c.ended)
	}
	p.consumers = nil
	p.gates.set(false)
}

func (p *cpuProfiler) leave(c *CPURun) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.consumers, c)
	if i < 0 {
		return // its run has ended
	}
	if len(p.consumers) == 1 {
		p.end()
		p.shut()
		return
	}
	if covered := len(c.segments) > 0 && time.Since(p.current.start) < joinWithin; !covered {
		p.cut()
	}
	if i = slices.Index(p.consumers, c); i >= 0 { // unless cut has ended all
		p.consumers = slices.Delete(p.consumers, i, i+1)
		c.limit.Stop()
		close(c.ended)
	}
}

func merge(segments []*segment) ([]byte, error) {
	if len(segments) == 1 {
		return segments[0].data.Bytes(), nil
	}
	parts := make([]*profile.Profile, 0, len(segments))
	for _, s := range segments {
		p, err := profile.ParseData(s.data.Bytes())
		if err != nil {
			return nil, fmt.Errorf("CPU profile: %w", err)
		}
		parts = append(parts, p)
	}
	whole, err := profile.Merge(parts)
	if err != nil {
		return nil, fmt.Errorf("CPU profile: %w", err)
	}
	return encode(whole)
}

func encode(p *profile.Profile) ([]byte, error) {
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return b.Bytes(), nil
}
