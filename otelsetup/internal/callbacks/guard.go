// Package callbacks stands between the SDK and what a program hands to it: callbacks
// of instruments, span processors and samplers.
//
// The SDK calls those of instruments one after the other whenever a reader collects. One that
// hangs holds every reader up, one that panics ends the program, and one that
// returns an error takes all metrics of an export with it, and from a scrape those
// of all producers. Here, each loses only what it would have observed.
package callbacks

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
)

// Limit is how long a callback may take: a fifth of what a scrape may, so that
// there is time left for the rest.
const Limit = 2 * time.Second

// shortLimit is for the others while one hangs: what hangs one of a library's
// callbacks hangs all of them, as a rule.
const shortLimit = Limit / 10

// Guard returns a provider whose meters run callbacks so. report is told what went
// wrong with one, by the scope that registered it. It must not wait for anything:
// the reader that calls it holds a lock of the SDK.
func Guard(p metric.MeterProvider, report func(scope string, err error)) metric.MeterProvider {
	return &provider{MeterProvider: p, report: report}
}

type provider struct {
	metric.MeterProvider
	report func(string, error)
	hung   atomic.Int64 // calls that have been given up and have not returned
}

// Meter implements metric.MeterProvider.
func (p *provider) Meter(name string, opts ...metric.MeterOption) metric.Meter {
	return &meter{p.MeterProvider.Meter(name, opts...), &p.hung, func(err error) { p.report(name, err) }}
}

// A guard is what runs one callback.
type guard struct {
	report func(error)
	others *atomic.Int64 // calls of any callback that hang
	hung   atomic.Int64  // calls of this one
}

var (
	errHung   = errors.New("was given up and has still not returned")
	errExited = errors.New("ended its goroutine")
)

// run calls f and waits for it as long as it may take. It returns no error: the
// reader would drop the metrics of others for it.
func (g *guard) run(ctx context.Context, f func(context.Context, *observations) error) error {
	if g.hung.Load() > 0 {
		g.report(errHung)
		return nil
	}
	limit := Limit
	if g.others.Load() > 0 {
		limit = shortLimit
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("takes longer than %v", limit))
	defer cancel()
	var (
		observed observations
		result   = make(chan error, 1)
		given    atomic.Bool // up, or back: who is second takes the count back
	)
	go func() {
		err := errExited
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panicked: %v", p)
			}
			result <- err
			if given.Swap(true) {
				g.count(-1)
			}
		}()
		err = f(ctx, &observed)
	}()
	select {
	case err := <-result:
		observed.replay()
		if err != nil {
			g.report(err)
		}
		return nil
	case <-ctx.Done():
	}
	g.count(1)
	if given.Swap(true) { // it has returned meanwhile
		g.count(-1)
	}
	g.report(context.Cause(ctx))
	return nil
}

func (g *guard) count(n int64) {
	g.hung.Add(n)
	g.others.Add(n)
}
