package kvredis

import (
	"context"
	"sync/atomic"
	"time"
)

// closeWait is for how long Close waits for calls, and a look of the watch, that are under way: most are over
// then, and one that waits for a server that is gone must not keep a program from ending.
const closeWait = 2 * time.Second

// A guard counts the calls that are under way, so that Close can shut the door and wait
// until the room is empty.
type guard struct {
	inside atomic.Int64
	closed atomic.Bool
	empty  chan struct{} // holds one token, from when nobody is inside any more
}

func (g *guard) init() { g.empty = make(chan struct{}, 1) }

// enter admits a call, which has to leave then, or returns false.
func (g *guard) enter() bool {
	g.inside.Add(1)
	if g.closed.Load() {
		g.leave()
		return false
	}
	return true
}

func (g *guard) leave() {
	if g.inside.Add(-1) == 0 && g.closed.Load() {
		select {
		case g.empty <- struct{}{}:
		default:
		}
	}
}

// close shuts the door. It returns false when it was shut already.
func (g *guard) close() bool { return g.closed.CompareAndSwap(false, true) }

// drain waits until nobody is inside, or the context ends.
func (g *guard) drain(ctx context.Context) {
	for g.inside.Load() != 0 {
		select {
		case <-g.empty:
		case <-ctx.Done():
			return
		}
	}
}
