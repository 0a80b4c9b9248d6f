package fault

import (
	"sync"

	"github.com/otelkv/otelkv/examples/internal/program"
)

// Again returns what [Program.Again] is to be for a program that life lets start anew.
func Again(life *program.Life) func(Fault) {
	if life == nil {
		return nil
	}
	return func(f Fault) { life.Again("-fault", f.String()) }
}

// restart makes the program start again after a while, with the same fault, so that it
// does so again and again.
func (w *Switch) restart(on *active) (end func()) {
	var starter sync.WaitGroup
	starter.Go(func() {
		if pause(on.ended, on.takes()) {
			w.leaves.Store(true)
			w.program.Again(on.Fault)
		}
	})
	return starter.Wait
}

// another reports whether a fault can only be on in another process than this one, or
// this one is about to end for another one.
func (w *Switch) another(f Fault) bool {
	return w.leaves.Load() || (f.Kind == Telemetry) != w.lossy
}
