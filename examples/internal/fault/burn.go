package fault

import (
	"runtime"
	"sync"
	"time"
)

// burn uses all CPU time that the program can have. Whatever else wants to run gets its turn
// soon.
func (w *Switch) burn(ended <-chan struct{}) (end func()) {
	const turn = 100 * time.Microsecond
	var burners sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		burners.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				for began := time.Now(); time.Since(began) < turn; {
				}
				runtime.Gosched()
			}
		})
	}
	return burners.Wait
}
