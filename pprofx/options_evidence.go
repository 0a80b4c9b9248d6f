package pprofx

import (
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

// WithDirectory keeps files of evidence in dir, which is made if it is missing,
// for its owner alone. Symbolic links above it are followed once, at Start; one in its
// place is an error, and not followed if it appears later. What lies there under other
// names is left alone. By default, there are no files and no captures.
func WithDirectory(dir string) Option {
	return optionFunc(func(c *config) { c.dir = dir })
}

// WithDirectoryLimits sets how many bytes all files of the directory may take,
// how many files there may be, and which share of the file system, from 0 to 1,
// stays free. Files dated more than a week ago, or ahead, make room first, then the least
// telling ones. A file that cannot be deleted counts, and others make room in its place; where
// only such files are left, nothing is written. By default, these are 256 MiB, 200 and 0.05.
func WithDirectoryLimits(bytes int64, files int, freeShare float64) Option {
	return optionFunc(func(c *config) {
		c.limits = archive.Limits{Bytes: bytes, Files: files, FreeShare: freeShare}
	})
}

// WithFlightRecorder sets how far back an execution trace of a capture reaches,
// and a hint of the bytes of memory that it may take, which wins. An age of 0
// turns the flight recorder off. By default, these are 10 seconds and 16 MiB
// with a directory, and it is off without one.
func WithFlightRecorder(age time.Duration, bytes uint64) Option {
	return optionFunc(func(c *config) {
		if age < 0 || age > 0 && bytes == 0 {
			c.refuse("WithFlightRecorder(%v, %d): use an age and bytes above 0", age, bytes)
		}
		c.flightAge, c.flightBytes = age, bytes
	})
}

// WithCooldown sets for how long a reason that has left evidence leaves none
// again. What happens meanwhile counts as linked to the first. By default, it is
// one minute.
func WithCooldown(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.refuse("WithCooldown(%v): use more than 0", d)
		}
		c.cooldown = d
	})
}

// WithBudget sets the share of the time, from 0 to 1, that may be spent on what
// nobody asked for and takes time: CPU profiles, and contention beside them. What
// somebody asked for, also over HTTP, is always recorded, and counts, traces too.
// By default, it is 0.05.
func WithBudget(share float64) Option {
	return optionFunc(func(c *config) {
		if !(share >= 0 && share <= 1) {
			c.refuse("WithBudget(%v): use a share from 0 to 1", share)
		}
		c.budget = share
	})
}

// WithHealthReport adds the JSON that report returns to what is captured when a
// health check begins to fail. It has two seconds; what takes longer is left out.
// By default, there is no report.
func WithHealthReport(report func() []byte) Option {
	return optionFunc(func(c *config) { c.report = report })
}

// WithMemory captures evidence when memory reaches a share, from 0 to 1, of its
// limit. Read returns the share that is in use, NaN when it is unknown; it is
// called every 10 seconds, and has two seconds to return. A share of 0 turns it off.
// By default, and with nil, it is what health.Memory judges and kvdb.utilization shows:
// memory that cannot be given back, against the tightest limit of the control groups, or
// else the machine's. By default, the share is objective.SaturationCritical, 0.9.
func WithMemory(read func() float64, share float64) Option {
	return optionFunc(func(c *config) {
		if !(share >= 0 && share <= 1) {
			c.refuse("WithMemory(%v): use a share from 0 to 1", share)
		}
		if read != nil {
			c.memory = read
		}
		c.memoryShare = share
	})
}

// WithGoroutineLimit captures evidence when there are n goroutines. With 0 it is
// turned off. By default, it is 100,000.
func WithGoroutineLimit(n int) Option {
	return optionFunc(func(c *config) {
		if n < 0 {
			c.refuse("WithGoroutineLimit(%d): use 0 or more", n)
		}
		c.goroutineLimit = n
	})
}
