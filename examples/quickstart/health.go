package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/objective"
)

const (
	checkEvery  = time.Second
	pingTimeout = time.Second

	// window is how long a good ping holds, and over which errors count. It is
	// what readiness takes to change.
	window = 3 * time.Second
)

const databaseDown = "database down"

// health judges every second whether the store serves. It is down when no ping
// was answered during the window, be it that they fail or that one hangs, or
// when more operations of the load failed than the objective allows. A store
// that is slow is ready: an alert may call somebody, but traffic that is sent
// elsewhere would only make another one slow.
//
// A probe reads the last verdict, so that any number of probes cost nothing.
type health struct {
	pinger kvdb.Pinger
	counts *counts
	logger *zap.Logger

	verdict atomic.Pointer[string] // empty when ready; nil before the first
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// startHealth watches a store, below its instrumentation: a probe's ping is no
// operation of the program, and an error ratio that contains it would lie.
func startHealth(store kvdb.Store, c *counts, logger *zap.Logger) *health {
	ctx, cancel := context.WithCancel(context.Background())
	h := &health{counts: c, logger: logger, cancel: cancel}
	h.pinger, _ = kvdb.As[kvdb.Pinger](store)
	h.done.Go(func() { h.watch(ctx) })
	return h
}

// stop ends the checks. It does not wait for a ping that hangs.
func (h *health) stop() {
	h.cancel()
	h.done.Wait()
}

// down returns why the store does not serve, or "" when it does.
func (h *health) down() string {
	if v := h.verdict.Load(); v != nil {
		return *v
	}
	return databaseDown
}

func (h *health) watch(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	answers := make(chan error, 1) // room for the ping that nobody waits for any more
	ask := func() { answers <- h.ping(ctx) }
	go ask()
	pinging, answered := true, time.Time{}
	var recent errorRatio
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-answers:
			pinging = false
			if err == nil {
				answered = time.Now()
			}
		case <-tick.C:
			recent.add(h.counts.operations.Load(), h.counts.errors.Load())
			if !pinging { // those that hang must not pile up
				pinging = true
				go ask()
			}
		}
		h.judge(time.Since(answered), recent.value())
	}
}

func (h *health) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return h.pinger.Ping(ctx)
}

// judge sets the verdict, and logs it when it is a new one.
func (h *health) judge(silence time.Duration, errorRatio float64) {
	verdict := ""
	if silence >= window || errorRatio > objective.ErrorRatio {
		verdict = databaseDown
	}
	last := h.verdict.Swap(&verdict)
	switch {
	case last != nil && *last == verdict:
	case verdict == "":
		h.logger.Info("ready")
	default:
		h.logger.Warn("not ready", zap.String("reason", verdict),
			zap.Float64("ping_silence_s", silence.Seconds()), zap.Float64("error_ratio", errorRatio))
	}
}

// An errorRatio is the share of operations that failed during the window.
type errorRatio struct {
	samples [window/checkEvery + 1]struct{ operations, errors int64 } // the newest first
}

func (r *errorRatio) add(operations, errors int64) {
	copy(r.samples[1:], r.samples[:])
	r.samples[0].operations, r.samples[0].errors = operations, errors
}

func (r *errorRatio) value() float64 {
	newest, oldest := r.samples[0], r.samples[len(r.samples)-1]
	if newest.operations == oldest.operations {
		return 0
	}
	return float64(newest.errors-oldest.errors) / float64(newest.operations-oldest.operations)
}
