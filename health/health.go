package health

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/internal/outbox"
)

var (
	// ErrDuplicate is the registration of a name that is taken.
	ErrDuplicate = errors.New("health: the name is taken")

	// ErrClosed is a call after Close.
	ErrClosed = errors.New("health: closed")
)

// A Health runs checks and answers probes. Its methods are safe for concurrent
// use. A nil or zero one runs none, and answers as one that was closed: alive, and
// neither ready nor started.
type Health struct {
	cfg      config
	schedule schedule
	hooks    *hooks
	log      *outbox.Log // what holds up a logger holds up nothing here

	entries  atomic.Pointer[[]*entry] // replaced, never changed
	draining atomic.Bool

	mu     sync.Mutex // held by Register and Heartbeat, and to close
	closed bool
	ended  chan struct{} // closed when Close is done
	meters metric.Registration

	ctx    context.Context //nolint:containedctx // the life of the goroutines, which Close ends
	cancel context.CancelFunc
	loops  sync.WaitGroup // goroutines that end with ctx
	calls  sync.WaitGroup // functions of the user, which may not
}

// runs reports whether h is from New.
func (h *Health) runs() bool { return h != nil && h.ended != nil }

// all returns what there is to judge.
func (h *Health) all() []*entry {
	if !h.runs() {
		return nil
	}
	return *h.entries.Load()
}

func (h *Health) isDraining() bool { return !h.runs() || h.draining.Load() }

// New returns a Health whose checks run from now on. The error lists every
// problem of the options; nothing runs then.
func New(opts ...Option) (*Health, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	h := &Health{cfg: cfg, log: outbox.NewLog(cfg.logger), ended: make(chan struct{})}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.entries.Store(new([]*entry))
	h.hooks = newHooks(h.ctx, cfg.onTransition, h.log)
	now := time.Now()
	h.schedule.begin(now)
	err = errors.Join(
		h.add(now, newScheduleEntry(&h.schedule)),
		h.Register(cfg.checks...),
		h.observe(),
	)
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	h.loops.Go(h.watch)
	return h, nil
}

// States returns the state of every check and heartbeat in the order of their
// registration. Like a probe, it reads memory only. The first is that of the
// scheduler's self-check.
func (h *Health) States() []State {
	now := time.Now()
	entries := h.all()
	states := make([]State, len(entries))
	for i, e := range entries {
		states[i] = e.state(now)
	}
	return states
}

// Ready reports whether the program should get traffic: what /readyz answers.
func (h *Health) Ready() bool { return h.judge(Readiness, time.Now()).ok }

// Alive reports whether the program should go on: what /healthz answers.
func (h *Health) Alive() bool { return h.judge(Liveness, time.Now()).ok }

// Started reports whether every startup check has passed once: what /startupz
// answers.
func (h *Health) Started() bool { return h.judge(Startup, time.Now()).ok }

// report logs a new status and hands it to the hooks. The runner calls it at
// each result, and the watch for what changes as time passes. That a check
// passes the first time is no news, and that it does not is.
func (h *Health) report(e *entry, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, last := e.state(now), e.reported
	if e.left || s.Ended.IsZero() {
		return // it is forgotten, or has not run yet
	}
	first := last.Ended.IsZero()
	if first {
		last.Status = StatusUnknown // also of what never gets worse than warn
	}
	if s.Status == last.Status && !first {
		return
	}
	e.reported = s
	t := Transition{State: s, From: last.Status, FromSince: last.Since}
	if !first || s.Status != StatusPass {
		t.log(h.log)
	}
	if t.From != t.Status {
		h.hooks.add(e, t)
	}
}
