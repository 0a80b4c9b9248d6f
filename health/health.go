package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// closeGrace is how long Close waits for functions whose context it has
// cancelled: long enough to hang up, short against any termination period.
const closeGrace = time.Second

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

// An entry is what probes and metrics know of a check or a heartbeat.
type entry struct {
	name    string
	kind    Kind
	state   func(now time.Time) State // reads memory only
	started func() bool               // whether it has passed once; nil unless it is for startup
	running func() bool               // whether its function has not returned; nil without one
	end     context.CancelFunc        // ends its goroutine; nil without one

	mu       sync.Mutex // held by report
	reported State
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

// Register adds checks and starts them. The first run of each begins at once.
// When one of them is refused, none is added, and the error lists every
// problem: it matches [ErrDuplicate] when a name is taken and [ErrClosed] after
// Close. It does not wait for a run.
func (h *Health) Register(checks ...Check) error {
	if !h.runs() {
		return ErrClosed
	}
	var errs []error
	runners := make([]*runner, 0, len(checks))
	entries := make([]*entry, 0, len(checks))
	for _, c := range checks {
		if err := c.complete(); err != nil {
			errs = append(errs, err)
			continue
		}
		r := newRunner(c, h)
		runners = append(runners, r)
		entries = append(entries, r.entry)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.addLocked(time.Now(), entries...); err != nil {
		return err
	}
	for _, r := range runners {
		ctx, end := context.WithCancel(h.ctx)
		r.entry.end = end
		h.loops.Go(func() {
			defer end()
			r.loop(ctx)
		})
	}
	return nil
}

func (h *Health) add(now time.Time, entries ...*entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.addLocked(now, entries...)
}

func (h *Health) addLocked(now time.Time, entries ...*entry) error {
	if h.closed {
		return ErrClosed
	}
	all := slices.Clone(*h.entries.Load())
	var errs []error
	for _, e := range entries {
		if slices.ContainsFunc(all, func(other *entry) bool { return other.name == e.name }) {
			errs = append(errs, fmt.Errorf("%w: %q", ErrDuplicate, e.name))
			continue
		}
		e.reported = e.state(now)
		all = append(all, e)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	h.entries.Store(&all)
	return nil
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

// Close stops all checks and the metrics; from then on the program is alive
// and not ready. It cancels the context of functions that run and waits for
// them, for hooks and for log lines, for one second at most; the error names
// what did not return. That is left behind: Go cannot end it. Further calls wait
// for the first one and return nil.
func (h *Health) Close() error {
	if !h.runs() {
		return nil
	}
	h.mu.Lock()
	first := !h.closed
	h.closed = true
	h.mu.Unlock()
	if !first {
		<-h.ended //otelkv:waitok the first call has a limit
		return nil
	}
	defer close(h.ended)
	h.draining.Store(true)
	h.cancel()
	h.loops.Wait() //otelkv:waitok loops wait for nobody

	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	return errors.Join(h.unregister(ctx), h.stuck(ctx), h.silence(ctx))
}

// unregister waits as long for a collection under way as ctx allows.
func (h *Health) unregister(ctx context.Context) error {
	if h.meters == nil {
		return nil
	}
	err, late := outbox.Try(ctx, h.meters.Unregister)
	if err = errors.Join(err, late); err != nil {
		return fmt.Errorf("health: the metrics: %w", err)
	}
	return nil
}

// stuck waits for the functions of the user, and names those that do not return.
func (h *Health) stuck(ctx context.Context) error {
	returned := make(chan struct{})
	go func() {
		h.calls.Wait()
		close(returned)
	}()
	var names []string
	stuck := false
	select {
	case <-returned:
	case <-ctx.Done():
		stuck = true
	}
	for _, e := range *h.entries.Load() {
		if e.running != nil && e.running() {
			names = append(names, e.name)
		}
	}
	if stuck && len(names) == 0 {
		names = append(names, "a check that was unregistered")
	}
	if !h.hooks.close(ctx) {
		names = append(names, "a hook")
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("health: did not return when cancelled: %s", strings.Join(names, ", "))
}

// silence waits for the log lines.
func (h *Health) silence(ctx context.Context) error {
	if n := h.log.Close(ctx); n > 0 {
		return fmt.Errorf("health: %d log lines are not written, since the logger did not return", n)
	}
	return nil
}
