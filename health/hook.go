package health

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// hookQueue is how many transitions wait for each hook.
const hookQueue = 64

// hooks calls the hooks of transitions. A nil *hooks has none.
type hooks struct {
	ctx context.Context //nolint:containedctx // that of the calls, which Close ends
	fns []func(context.Context, Transition)
	log *outbox.Log
	box *outbox.Outbox
}

func newHooks(ctx context.Context, fns []func(context.Context, Transition), log *outbox.Log) *hooks {
	if len(fns) == 0 {
		return nil
	}
	return &hooks{ctx, fns, log, outbox.New(hookQueue*len(fns), func(dropped int) {
		log.Warn(catalog.HookCallsDropped, zap.Int(catalog.FieldDropped, dropped))
	})}
}

// add hands a transition of e over and does not wait.
func (k *hooks) add(e *entry, t Transition) {
	if k == nil {
		return
	}
	for _, fn := range k.fns {
		k.box.Add(func() {
			if !e.hasLeft() {
				k.call(fn, t)
			}
		})
	}
}

// call calls a hook, which may end its goroutine.
func (k *hooks) call(fn func(context.Context, Transition), t Transition) {
	if k.ctx.Err() != nil {
		return
	}
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		defer func() {
			if v := recover(); v != nil {
				k.log.Error(catalog.HookPanicked, zap.String(catalog.FieldCheck, t.Name),
					zap.String(catalog.FieldPanic, fmt.Sprint(v)), zap.ByteString(catalog.FieldStack, debug.Stack()))
			}
		}()
		fn(k.ctx, t)
	}()
	<-returned
}

// close waits for the hook that runs until ctx is done. It returns false when
// that has not returned.
func (k *hooks) close(ctx context.Context) bool { return k == nil || k.box.Close(ctx) == 0 }
