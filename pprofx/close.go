package pprofx

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/internal/outbox"
)

// The parts of the ten seconds that Close takes at most, which is short against
// any termination period. The disk has what readers leave of their time.
const (
	diskLimit   = 7 * time.Second
	gateLimit   = time.Second
	metricLimit = time.Second
	logLimit    = time.Second
)

// Close stops serving and watching, ends profiles that are being recorded,
// whose readers get what there is, waits for evidence that is being written and
// for log lines, and gives the profilers back to the process. It takes as long as
// the disk and up to three seconds for slow readers, who are cut off then, but
// no more than ten seconds in all; the error names what has not ended by then,
// which is left behind. Called again, it returns the same.
func (p *Profiler) Close() error {
	if p == nil || p.ended == nil { // nothing was started
		return nil
	}
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	p.mu.Unlock()
	if !first {
		<-p.ended //otelkv:waitok the first call has a limit
		return p.lastErr
	}
	defer close(p.ended)
	p.cancel()
	p.profilers.Close()
	err := within(diskLimit, "the listener, or evidence that is being written", func(context.Context) error {
		p.server.stop()
		p.work.Wait()
		return nil
	})
	if p.flight != nil {
		p.flight.Stop()
	}
	p.lastErr = errors.Join(err,
		within(gateLimit, "a gate", p.profilers.Release),
		within(metricLimit, "the metrics", p.unregister),
		within(logLimit, "log lines", p.flush),
	)
	return p.lastErr
}

func (p *Profiler) unregister(context.Context) error {
	if p.meters == nil {
		return nil
	}
	return p.meters.Unregister()
}

func (p *Profiler) flush(ctx context.Context) error {
	if n := p.log.Close(ctx); n > 0 {
		return fmt.Errorf("%d are not written", n)
	}
	return nil
}

// within runs a part of Close, and leaves it behind when it takes too long.
func within(limit time.Duration, what string, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	err, late := outbox.Try(ctx, func() error { return f(ctx) })
	if err = errors.Join(err, late); err != nil {
		return fmt.Errorf("pprofx: closing %s: %w", what, err)
	}
	return nil
}
