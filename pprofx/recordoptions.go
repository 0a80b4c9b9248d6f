package pprofx

import "github.com/otelkv/otelkv/internal/typednil"

// A Gate is open while operations carry profiler labels. Calls come in pairs
// and may overlap. Each gate is called from one goroutine at a time; one that hangs
// holds up the start of a profile for a second. instrument.ProfilerLabels is one.
type Gate interface {
	Enable()
	Disable()
}

// WithLabels opens the gates while a CPU profile is recorded. By default, there
// are none.
func WithLabels(gates ...Gate) Option {
	return optionFunc(func(c *config) {
		for _, g := range gates {
			switch {
			case g == nil:
			case typednil.Is(g):
				c.refuse("WithLabels: a gate is %s", typednil.Name(g))
			default:
				c.gates = append(c.gates, g)
			}
		}
	})
}

// WithMutexFraction sets that one in n contentions is sampled while mutexes are
// profiled for some seconds, unless the program has set a fraction of its own;
// then the profile is off again. With 0 it is left alone. Go does not see a mutex
// at which there have been waiters without a break since before. By default, it
// is 10.
func WithMutexFraction(n int) Option {
	return optionFunc(func(c *config) {
		if n < 0 {
			c.refuse("WithMutexFraction(%d): use 0 or more", n)
		}
		c.mutexFraction = n
	})
}

// WithBlockRate sets the runtime's block profile rate, in nanoseconds spent
// blocked for each sample, for as long as blocking is profiled for some seconds.
// Then it is turned off, also where the program had set a rate, which Go does
// not tell. By default, it is 0: the rate is left alone, and the profile is empty
// unless the program has set one.
func WithBlockRate(rate int) Option {
	return optionFunc(func(c *config) {
		if rate < 0 {
			c.refuse("WithBlockRate(%d): use 0 or more", rate)
		}
		c.blockRate = rate
	})
}
