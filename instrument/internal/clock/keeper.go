package clock

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// settled is how far the counter and the monotonic clock may differ over an interval: a part in a
	// thousand. The kernel keeps the rate of its clock within half of that, but when it is told to make up
	// for an offset: who sets the machine's time may have it run faster or slower than this for a while.
	settled = 1000

	// shortest is the interval below which two pairs say nothing about a rate.
	shortest = 100 * time.Millisecond

	// attempts are made to read both clocks with nothing in between.
	attempts = 16

	// baseline is over what the rate is measured once the counter has been watched for so long.
	baseline = time.Minute
)

// A pair is one moment, told by both clocks.
type pair struct {
	ticks     uint64
	monotonic time.Duration
	width     uint64 // ticks that the reading took
}

// A keeper watches the counter: it finds its rate, refines it, and gives it up for good when
// the two clocks disagree.
type keeper struct {
	ticks     func() uint64
	monotonic func() time.Duration
	setting   func() (why string, mistaken bool) // of the environment: why the counter is not to be used, or empty
	unsteady  func() string                      // why the processor's does not do, or empty
	elsewhere func() (why string, err error)     // why the kernel's is another one, or empty; asked each time
	rate      *atomic.Uint64

	checking atomic.Bool // held by who checks, who alone changes the history: others need not
	end      atomic.Pointer[End]
	told     atomic.Bool // of the end

	mu      sync.Mutex // who changes the history, and who reads it without checking
	history history
}

// own is the keeper of the process.
var own = &keeper{
	ticks:     ticks,
	monotonic: func() time.Duration { return time.Since(base) },
	setting:   setting,
	unsteady:  unsteady,
	elsewhere: elsewhere,
	rate:      &counter.rate,
}

// An End tells why the counter is not used any more, or never was.
type End struct {
	Why      string
	Used     bool // it was, before
	Mistaken bool // the environment has a value that nobody knows
}

// Ended returns the end of the counter, or nil while it is in use or may come to it.
func Ended() *End { return own.end.Load() }

// Check compares the counter with the monotonic clock, and is to be called about once a second.
// In a bubble of testing/synctest it does nothing. The first three calls find out whether the
// counter can be used. It reads a small file of the system, and does not block otherwise.
//
// It returns what somebody should be told, or nothing: that the counter was given up, or that the
// environment has a value that nobody knows. Who tells it calls [Tell] first.
func Check() (news string) {
	if bubbled() {
		return ""
	}
	own.check()
	return own.news()
}

// Tell reports whether who calls is to tell the news, which one is.
func Tell() bool { return !own.told.Swap(true) }

func (k *keeper) news() string {
	if end := k.end.Load(); end != nil && (end.Used || end.Mistaken) && !k.told.Load() {
		return end.Why
	}
	return ""
}

func (k *keeper) check() {
	if k.end.Load() != nil || !k.checking.CompareAndSwap(false, true) {
		return
	}
	defer k.checking.Store(false)
	last, any := k.history.last()
	if !any {
		k.begin()
		return
	}
	if k.monotonic()-last.monotonic < shortest {
		return
	}
	now := k.pair()
	// What cannot be read, as when no file can be opened, is no other source; the clocks are compared.
	if why, err := k.elsewhere(); err == nil && why != "" {
		k.fall(why, now)
		return
	}
	if now.ticks <= last.ticks {
		k.fall("the counter went back", now)
		return
	}
	passed, counted := now.monotonic-last.monotonic, now.ticks-last.ticks
	rate, known := k.history.rate, k.history.rate != 0
	if !known {
		rate = rateOf(counted, passed)
	}
	if nanoseconds(now.width+last.width, rate) > passed/(4*settled) {
		return // who reads was held up; the next call compares over a longer time
	}
	if far(nanoseconds(counted, rate), passed) {
		k.fall("the counter and the monotonic clock disagree", now)
		return
	}
	rate = k.add(now)
	if known { // and two intervals agree
		k.rate.Store(rate)
	}
}

// begin has the first pair, unless the counter is not to be used.
func (k *keeper) begin() {
	end := new(End)
	if end.Why, end.Mistaken = k.setting(); end.Why == "" {
		if end.Why = k.unsteady(); end.Why == "" {
			var err error
			if end.Why, err = k.elsewhere(); err != nil {
				end.Why = "the kernel does not say what it tells time by: " + err.Error()
			}
		}
	}
	if end.Why != "" {
		k.end.Store(end)
		return
	}
	k.add(k.pair())
}

// add adds a pair to the history, and returns the rate by it, or zero for the first one.
func (k *keeper) add(p pair) (rate uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.history.add(p)
	return k.history.rate
}

// pair reads both clocks, with as little as can be in between.
func (k *keeper) pair() (best pair) {
	for i := range attempts {
		before := k.ticks()
		monotonic := k.monotonic()
		after := k.ticks()
		if width := after - before; i == 0 || width < best.width {
			best = pair{before + width/2, monotonic, width}
		}
	}
	return best
}

func far(a, b time.Duration) bool {
	d := a - b
	return max(d, -d) > b/settled
}

// fall gives the counter up, for good. The last pair is for operations that began after whatever
// happened, and before it was seen.
func (k *keeper) fall(why string, last pair) {
	k.mu.Lock()
	k.history.keep(last)
	k.mu.Unlock()
	k.end.Store(&End{Why: why, Used: k.rate.Swap(0) != 0})
}

// since returns how long ago the counter stood at a number of ticks. The counter tells the way
// to the nearest moment that both clocks are known of, and the monotonic clock the rest.
func (k *keeper) since(at, rate uint64) time.Duration {
	k.mu.Lock()
	near := k.history.nearest(at)
	k.mu.Unlock()
	then := near.monotonic
	if at >= near.ticks {
		then += nanoseconds(at-near.ticks, rate)
	} else {
		then -= nanoseconds(near.ticks-at, rate)
	}
	return max(k.monotonic()-then, 0)
}
