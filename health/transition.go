package health

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// report logs a new status and hands it to the hooks. The runner calls it at
// each result, and the watch for what changes as time passes.
func (h *Health) report(e *entry, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, last := e.state(now), e.reported
	if s.Status == last.Status {
		return
	}
	e.reported = s
	t := Transition{State: s, From: last.Status, FromSince: last.Since}
	t.log(h.cfg.logger)
	h.hooks.add(t)
}

func (t Transition) log(log *zap.Logger) {
	fields := []zap.Field{
		zap.String("check", t.Name), zap.Stringer("kind", t.Kind),
		zap.Stringer("from", t.From), zap.Stringer("to", t.Status), zap.Time("since", t.FromSince),
	}
	if t.Status == StatusPass {
		log.Info("check changed", fields...)
		return
	}
	log.Warn("check changed", append(fields, zap.String("reason", t.Reason), zap.NamedError("error", t.Err))...)
}

const hookQueue = 64

// hooks calls the hooks of transitions. A nil *hooks has none.
type hooks struct {
	fns     []func(context.Context, Transition)
	log     *zap.Logger
	queue   chan Transition
	dropped atomic.Int64
}

func newHooks(fns []func(context.Context, Transition), log *zap.Logger) *hooks {
	if len(fns) == 0 {
		return nil
	}
	return &hooks{fns: fns, log: log, queue: make(chan Transition, hookQueue)}
}

// add hands a transition over and does not wait.
func (k *hooks) add(t Transition) {
	if k == nil {
		return
	}
	select {
	case k.queue <- t:
	default:
		k.dropped.Add(1)
	}
}

func (k *hooks) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case t := <-k.queue:
			for _, fn := range k.fns {
				k.call(ctx, fn, t)
			}
			if n := k.dropped.Swap(0); n > 0 {
				k.log.Warn("hooks too slow", zap.Int64("dropped", n))
			}
		}
	}
}

func (k *hooks) call(ctx context.Context, fn func(context.Context, Transition), t Transition) {
	defer func() {
		if v := recover(); v != nil {
			k.log.Error("hook panicked", zap.String("check", t.Name),
				zap.String("panic", fmt.Sprint(v)), zap.ByteString("stack", debug.Stack()))
		}
	}()
	fn(ctx, t)
}
