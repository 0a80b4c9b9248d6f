package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

const (
	step           = 10 * time.Millisecond
	atOnce         = 256                   // requests; more find the shop full
	patience       = 50 * time.Millisecond // how much load may pile up when the shop is full
	requestTimeout = 2 * time.Second
)

// A load sends requests to a shop at a rate that does not depend on how fast
// they are answered, as users do.
type load struct {
	shop   *shop
	tracer trace.Tracer
	rate   float64 // operations a second
	beat   func()  // called on each turn of the loop
	idle   func() bool

	cancel context.CancelFunc
	done   sync.WaitGroup
	slots  chan struct{}
}

// totals is what a load did until it stopped.
type totals struct{ operations, errors, orders int64 }

func (t totals) String() string {
	return fmt.Sprintf("%d operations, %d errors, %d orders placed", t.operations, t.errors, t.orders)
}

// startLoad begins to send requests. Its loop calls beat on each turn, some
// milliseconds after the last one, and sends nothing while idle says so.
func startLoad(s *shop, tp trace.TracerProvider, rate float64, beat func(), idle func() bool) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{
		shop:   s,
		tracer: tp.Tracer(catalog.ScopeQuickstart),
		rate:   rate,
		beat:   beat,
		idle:   idle,
		cancel: cancel,
		slots:  make(chan struct{}, atOnce),
	}
	l.done.Go(func() { l.run(ctx) })
	return l
}

// stop sends no more requests and waits for those under way.
func (l *load) stop() totals {
	l.cancel()
	l.done.Wait()
	c := &l.shop.counts
	return totals{c.operations.Load(), c.errors.Load(), c.placed.Load()}
}

func (l *load) run(ctx context.Context) {
	tick := time.NewTicker(step)
	defer tick.Stop()
	last := time.Now()
	due := 0.0 // operations
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		l.beat()
		now := time.Now()
		if l.idle() {
			last = now
			continue
		}
		due = min(due+l.rate*now.Sub(last).Seconds(), max(1, l.rate*patience.Seconds()))
		last = now
		for due > 0 && l.send(&due) {
		}
	}
}

// send starts a request, unless there are too many under way.
func (l *load) send(due *float64) bool {
	select {
	case l.slots <- struct{}{}:
	default:
		return false
	}
	r := pick()
	*due -= float64(r.operations)
	l.done.Go(func() {
		defer func() { <-l.slots }()
		l.serve(r)
	})
	return true
}

// serve is what the handler of a real service would be: a root span, and the
// store called with its context.
func (l *load) serve(r request) {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	ctx, span := l.tracer.Start(ctx, r.name, trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	if err := r.do(l.shop, ctx); err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
}
