package observe

import (
	"github.com/otelkv/otelkv/pprofx"
)

// WithProfiles serves profiles on host:port, or on a unix socket as unix:/path.
// An address that other machines can reach needs a token:
//
//	observe.WithProfilerOptions(pprofx.WithToken(token))
//
// With an empty address they are not served. By default, it is 127.0.0.1:6060, or
// a free port where that is taken, which a line of the log says.
func WithProfiles(hostPort string) Option {
	return optionFunc(func(c *config) { c.profiles = address{hostPort: hostPort, given: true} })
}

// WithDirectory keeps evidence in dir, which is made if it is missing: an
// execution trace of the seconds before an operation that was slow, whose path
// stands in its log line and span, and goroutines, heap, trace and CPU when a
// check begins to fail. It is bounded: 256 MiB, and never the last 5 % of the disk.
// By default, there is no evidence.
func WithDirectory(dir string) Option {
	return optionFunc(func(c *config) {
		if dir == "" {
			c.refuse("WithDirectory(\"\"): name a directory, or leave the option out for no evidence")
		}
		c.directory = dir
	})
}

// WithProfiler uses a profiler that the program has started, and that it closes
// after [Observer.Shutdown]. By default, Start starts it.
func WithProfiler(p *pprofx.Profiler) Option {
	return optionFunc(func(c *config) {
		if p == nil {
			c.refuse("WithProfiler(nil): pass what pprofx.Start returned, after checking its error; WithProfiles(\"\") turns profiles off")
			return
		}
		c.profiler = p
	})
}

// WithProfilerOptions adds options of pprofx.Start. By default, there are none.
func WithProfilerOptions(options ...pprofx.Option) Option {
	return optionFunc(func(c *config) { c.profilerOptions = append(c.profilerOptions, options...) })
}
