package runtimeprof

import (
	"context"
	"fmt"
	"time"

	"github.com/google/pprof/profile"
)

// Delta returns what a profile gained in d. The profiles of mutexes and of
// blocking are turned on for that time.
func (r *Profilers) Delta(ctx context.Context, name string, d time.Duration) ([]byte, error) {
	if r.closed() {
		return nil, ErrClosed
	}
	if err := fits(ctx, d); err != nil {
		return nil, err
	}
	release := r.rates.hold(name)
	defer release()
	before, err := r.parsed(ctx, name)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	err = r.wait(ctx, d, nil)
	if r.rates.costs(name) {
		r.spent(name, time.Since(start))
	}
	if err != nil {
		return nil, err
	}
	after, err := r.parsed(ctx, name)
	if err != nil {
		return nil, err
	}
	before.Scale(-1)
	delta, err := profile.Merge([]*profile.Profile{before, after})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	delta.TimeNanos = start.UnixNano()
	delta.DurationNanos = int64(time.Since(start))
	return encode(delta)
}

// parsed takes a snapshot of its own: one that is shared may be older than the
// moment at which the delta begins.
func (r *Profilers) parsed(ctx context.Context, name string) (*profile.Profile, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	data, err := snapshot{profile: name}.take(r.opts.MaxBytes)
	if err != nil {
		return nil, err
	}
	p, err := profile.ParseData(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}
