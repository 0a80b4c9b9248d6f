package kvbadger

import (
	"sync"
	"time"
)

// A guard counts the calls that are inside the engine, so that Close can shut the
// door and wait until nobody is left. A call of Badger takes several such locks.
type guard struct {
	mu     sync.Mutex
	inside int
	shut   bool
	empty  chan struct{} // made by close; closed when the last call has left
}

// enter admits a call. It returns false once the guard is closed.
func (g *guard) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.inside++
	return true
}

func (g *guard) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.shut && g.inside == 0 {
		close(g.empty)
	}
}

// close shuts the door. It returns false when it was shut already.
func (g *guard) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.shut, g.empty = true, make(chan struct{})
	if g.inside == 0 {
		close(g.empty)
	}
	return true
}

// lookAgain is how often what is waited for is asked whether it is stuck.
const lookAgain = 100 * time.Millisecond

// await waits for done. It asks stuck from time to time, and gives up with the error
// that this returns.
func await(done <-chan struct{}, stuck func() error) error {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-tick.C:
			if err := stuck(); err != nil {
				return err
			}
		}
	}
}
