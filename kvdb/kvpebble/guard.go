package kvpebble

import (
	"sync/atomic"
	"time"
	"unsafe"
)

// guard counts the operations that are inside the engine, so that Close can
// shut the door and wait until the room is empty. The count is sharded: a
// single one would be a cache line that every core fights over on each Get.
type guard struct {
	closed atomic.Bool
	wake   chan struct{} // holds one token; sent when a shard empties after closed
	shards [guardShards]guardShard
}

// More shards than cores make it unlikely that two busy goroutines share one.
const guardShards = 32

type guardShard struct {
	n atomic.Int64
	_ [56]byte // fills the cache line
}

func (g *guard) init() { g.wake = make(chan struct{}, 1) }

// enter admits an operation and returns the shard to leave by, or nil when the
// guard is closed.
func (g *guard) enter() *guardShard {
	// A goroutine's stack address is a shard that costs nothing to find and that
	// the goroutine keeps, unlike a random one, most of the time.
	var here byte
	s := &g.shards[uint64(uintptr(unsafe.Pointer(&here))>>10)*0x9e3779b97f4a7c15>>(64-5)]
	s.n.Add(1)
	if g.closed.Load() {
		g.leave(s)
		return nil
	}
	return s
}

func (g *guard) leave(s *guardShard) {
	if s.n.Add(-1) == 0 && g.closed.Load() {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
}

// close shuts the door. It returns false when it was shut already.
func (g *guard) close() bool { return g.closed.CompareAndSwap(false, true) }

// drain waits until no operation is inside, once the guard is closed. It asks
// stuck from time to time, and gives up with the error that this returns.
func (g *guard) drain(stuck func() error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := range g.shards {
		for g.shards[i].n.Load() != 0 {
			select {
			case <-g.wake:
			case <-tick.C:
				if err := stuck(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
