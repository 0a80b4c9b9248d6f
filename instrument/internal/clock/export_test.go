package clock

import "runtime"

// Fall gives the counter up, as a check does that finds something wrong.
func Fall(why string) {
	for !own.checking.CompareAndSwap(false, true) {
		runtime.Gosched()
	}
	defer own.checking.Store(false)
	own.fall(why, own.pair())
}

// Hasten has the counter seem to be as many times faster, until the next check.
func Hasten(times uint64) { counter.rate.Store(times * counter.rate.Load()) }

// UseCounter is useCounter.
var UseCounter = useCounter
