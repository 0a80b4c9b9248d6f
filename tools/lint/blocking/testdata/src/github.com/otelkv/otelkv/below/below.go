// Package below is another package of the repository.
package below

import (
	"sync"

	"go.uber.org/zap"
)

func Log(l *zap.Logger) { l.Info("below") } // want Log:`calls \*zap.Logger.Info`

func Each(do func(int)) { // want Each:`calls its parameters`
	for i := range 3 {
		do(i)
	}
}

// Try waits for nothing.
func Try(do func()) { go do() }

func Count() int { return 1 }

type Waiter struct{ all sync.WaitGroup }

func (w *Waiter) Wait() { w.all.Wait() }
