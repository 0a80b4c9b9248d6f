// Package clock measures how long something takes: by the processor's counter where the
// kernel tells time by the same counter, and by the monotonic clock elsewhere. Reading the
// counter costs less than half, since it is one instruction and no call into the kernel's
// shared page, and two readings are most of what an operation's telemetry costs.
//
// It tells durations only. What a moment is called is time.Now's to say.
package clock

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// base is what the monotonic clock is read against: the difference of two monotonic readings
// is half the price of time.Now.
var base = time.Now()

// counter has the rate of the processor's counter while it is in use: nanoseconds a tick, in
// parts of 2^32. It is read by each operation, and nothing beside it is written.
var counter struct {
	_    [128]byte
	rate atomic.Uint64
	_    [128]byte
}

// longest is what the counter alone is believed: what takes longer has time to ask the
// monotonic clock.
const longest = time.Second

// A Mark is a moment that a duration is measured from. Its zero value is the moment at which
// the process started.
type Mark struct {
	at   int64  // ticks of the counter, or nanoseconds since base
	rate uint64 // of the counter when it was read; zero where the monotonic clock was
}

// A Clock is what a store reads. The zero value is the monotonic clock.
type Clock struct{ counter bool }

// Here returns the clock of who calls: in a bubble of testing/synctest, where time stands still
// while somebody works, it is the monotonic one, and the counter elsewhere, as soon and for as
// long as that can be used.
func Here() Clock { return Clock{counter: !bubbled()} }

// Now returns the present moment.
func (c Clock) Now() Mark {
	if c.counter {
		if rate := counter.rate.Load(); rate != 0 {
			return Mark{at: int64(ticks()), rate: rate}
		}
	}
	return Mark{at: int64(time.Since(base))}
}

// Of returns the moment of a time that time.Now returned.
func Of(at time.Time) Mark { return Mark{at: int64(at.Sub(base))} }

// Elapsed returns how long ago the moment was, and zero for one that seems to come: processors
// may differ by some ticks.
func (m Mark) Elapsed() time.Duration {
	if m.rate == 0 {
		return max(time.Since(base)-time.Duration(m.at), 0)
	}
	if counter.rate.Load() == 0 { // it was given up meanwhile
		return own.since(uint64(m.at), m.rate)
	}
	passed := int64(ticks()) - m.at
	if passed < 0 {
		return 0
	}
	if d := nanoseconds(uint64(passed), m.rate); d < longest {
		return d
	}
	return own.since(uint64(m.at), m.rate)
}

// nanoseconds tells ticks as time, at most what a Duration can hold.
func nanoseconds(ticks, rate uint64) time.Duration {
	high, low := bits.Mul64(ticks, rate)
	if high >= 1<<31 {
		return 1<<63 - 1
	}
	return time.Duration(high<<32 | low>>32)
}
