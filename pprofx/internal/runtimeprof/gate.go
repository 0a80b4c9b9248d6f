package runtimeprof

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/internal/outbox"
)

// A Gate is open while operations are to carry profiler labels. Calls come in
// pairs and may overlap.
type Gate interface {
	Enable()
	Disable()
}

// gatePatience is how long the start of a profile waits for the gates, so that
// its first samples have labels.
const gatePatience = time.Second

// gates follow what is wanted of them, each at its own pace: one may hang.
type gates []*follower

type follower struct {
	Gate
	wanted atomic.Bool
	open   bool // used by calls of the box alone
	box    *outbox.Outbox
}

func newGates(all []Gate) gates {
	gs := make(gates, len(all))
	for i, g := range all {
		// A call that waits does what is wanted by then, so one is enough.
		gs[i] = &follower{Gate: g, box: outbox.New(1, nil)}
	}
	return gs
}

// set says what is wanted from now on.
func (gs gates) set(open bool) {
	for _, g := range gs {
		g.wanted.Store(open)
		g.box.Add(g.follow)
	}
}

func (g *follower) follow() {
	switch wanted := g.wanted.Load(); {
	case wanted && !g.open:
		g.open = true
		g.Enable()
	case !wanted && g.open:
		g.open = false
		g.Disable()
	}
}

// wait waits a moment for the gates to be as they are wanted. One that is known
// to hang is not waited for.
func (gs gates) wait() {
	patience := time.NewTimer(gatePatience)
	defer patience.Stop()
	for _, g := range gs {
		is := make(chan struct{})
		if !g.box.Add(func() { defer close(is); g.follow() }) {
			continue
		}
		select {
		case <-is:
		case <-patience.C:
			return
		}
	}
}

// close waits until ctx is done for the gates to be as they are wanted for good.
func (gs gates) close(ctx context.Context) error {
	left := 0
	for _, g := range gs {
		left += g.box.Close(ctx)
	}
	if left > 0 {
		return fmt.Errorf("%d calls have not returned", left)
	}
	return nil
}
