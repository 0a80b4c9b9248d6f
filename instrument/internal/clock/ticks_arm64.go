//go:build linux && !otelkv_monotonic

package clock

import "fmt"

// kernelName is what the kernel calls the counter.
const kernelName = "arch_sys_counter"

const (
	// coarsest is the lowest frequency whose ticks are fine enough for operations in memory: 20 ns.
	coarsest = 50_000_000

	// widest is the longest step in nanoseconds. Where the counter has a high frequency, it may
	// count several ticks at once; and a reading that takes longer is not worth it.
	widest = 30
)

// frequency returns the ticks a second that firmware has noted.
//
//go:noescape
func frequency() uint64

// unsteady tells why the counter does not do, or nothing. It is steady by the architecture, and
// coarse on many machines: 25 MHz are 40 ns a tick.
func unsteady() string {
	if f := frequency(); f < coarsest {
		return fmt.Sprintf("the processor's counter has %d ticks a second, fewer than %d", f, coarsest)
	}
	if step := shortestStep() * 1e9 / frequency(); step > widest {
		return fmt.Sprintf("the processor's counter has steps of %d ns, more than %d", step, widest)
	}
	return ""
}

// shortestStep returns the fewest ticks between two readings that differ. There may be some
// thousands within a step; what goes on for longer is not worth it either.
func shortestStep() uint64 {
	const readings = 10_000
	shortest := uint64(1 << 32)
	last := ticks()
	for range readings {
		now := ticks()
		if now > last {
			shortest = min(shortest, now-last)
		}
		last = now
	}
	return shortest
}
