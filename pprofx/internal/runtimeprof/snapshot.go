package runtimeprof

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
)

// flights are the snapshots under way.
type flights struct {
	mu   sync.Mutex
	runs map[snapshot]*flight
}

// A snapshot is what somebody asks for.
type snapshot struct {
	profile string
	debug   int
	gc      bool
}

type flight struct {
	done chan struct{}
	data []byte
	err  error
}

// Snapshot returns a profile as it is now: with debug 0 as a gzipped pprof
// profile, otherwise as text. With gc it collects garbage first. The result is
// shared with those who ask for the same meanwhile; it must not be changed.
func (r *Profilers) Snapshot(ctx context.Context, profile string, debug int, gc bool) ([]byte, error) {
	if r.closed() {
		return nil, ErrClosed
	}
	s := snapshot{profile, debug, gc}
	f, mine := r.snapshots.join(s)
	if mine {
		defer r.snapshots.leave(s, f)
		f.data, f.err = s.take(r.opts.MaxBytes)
		return f.data, f.err
	}
	select {
	case <-f.done:
		return f.data, f.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (all *flights) join(s snapshot) (f *flight, mine bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if f = all.runs[s]; f != nil {
		return f, false
	}
	if all.runs == nil {
		all.runs = make(map[snapshot]*flight)
	}
	f = &flight{done: make(chan struct{}), err: ErrUnknown}
	all.runs[s] = f
	return f, true
}

func (all *flights) leave(s snapshot, f *flight) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.runs, s)
	close(f.done)
}

func (s snapshot) take(limit int) ([]byte, error) {
	p := pprof.Lookup(s.profile)
	if p == nil {
		return nil, ErrUnknown
	}
	if s.gc {
		runtime.GC()
	}
	b := buffer{limit: limit}
	if err := p.WriteTo(&b, s.debug); err != nil {
		return nil, fmt.Errorf("%s: %w", s.profile, err)
	}
	return b.Bytes(), nil
}
