package clock

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// useCounter checks until the counter is in use, or will not be. Then this package's clock is
// the monotonic one, of which all that follows is true as well.
func useCounter(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(process.Soon); counter.rate.Load() == 0 && Ended() == nil; <-time.After(shortest / 2) {
		if time.Now().After(deadline) {
			t.Fatal("the counter neither comes into use nor ends")
		}
		Check()
	}
	if end := Ended(); end != nil {
		t.Logf("without the counter: %s", end.Why)
	}
}

// An interval is an operation as both clocks tell it.
type interval struct {
	least, most time.Duration // by the monotonic clock, read closely within the counter's readings and around them
	counted     time.Duration
}

func timed(c Clock, operation func()) interval {
	before := time.Since(base)
	mark := c.Now()
	begun := time.Since(base)
	operation()
	ended := time.Since(base)
	counted := mark.Elapsed()
	after := time.Since(base)
	return interval{ended - begun, after - before, counted}
}

// sides are what operations took, by either clock.
type sides struct {
	usual                   time.Duration // between least and most, of one that nobody holds up
	operations, undisturbed int
	counted, monotonic      time.Duration // of the undisturbed
}

// apart is by how much readings of two clocks may seem to be in another order than they were made
// in, since nothing orders them.
const apart = 500 * time.Nanosecond

func (s *sides) add(t *testing.T, i interval) {
	allowed := i.most/settled + apart
	if i.counted < 0 || i.counted < i.least-allowed || i.counted > i.most+allowed {
		t.Errorf("%v by the counter, %v to %v by the monotonic clock", i.counted, i.least, i.most)
	}
	s.operations++
	if i.most-i.least < 4*s.usual+time.Microsecond { // nobody was held up between two readings
		s.undisturbed++
		s.counted += i.counted
		s.monotonic += (i.least + i.most) / 2
	}
}

// busyFor works for a while, in which the goroutine may be moved.
func busyFor(d time.Duration) {
	for began := time.Since(base); time.Since(base)-began < d; {
	}
}

// sideBySide times operations of 1 µs to 10 ms, evenly by their logarithm, on goroutines that
// wait for timers and so are moved between processors.
func sideBySide(t *testing.T, operations int) {
	useCounter(t)
	const goroutines = 64
	usual := time.Hour
	for range 1000 {
		i := timed(Here(), func() {})
		usual = min(usual, i.most-i.least)
	}
	ended := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(shortest):
				Check()
			}
		}
	})
	all := make([]sides, goroutines)
	var work sync.WaitGroup
	for i := range all {
		all[i].usual = usual
		work.Go(func() {
			for range operations / goroutines {
				d := time.Duration(math.Exp(rand.Float64()*math.Log(10e3)) * float64(time.Microsecond))
				all[i].add(t, timed(Here(), func() {
					if d < 30*time.Microsecond {
						busyFor(d)
					} else {
						<-time.After(d)
					}
				}))
			}
		})
	}
	work.Wait()
	close(ended)
	watch.Wait()
	var total sides
	for _, s := range all {
		total.operations += s.operations
		total.undisturbed += s.undisturbed
		total.counted += s.counted
		total.monotonic += s.monotonic
	}
	off := float64(total.counted-total.monotonic) / float64(total.monotonic)
	t.Logf("%d operations, %d of them undisturbed: %v by the counter, %v by the monotonic clock, %.1f ppm apart; the end is %+v",
		total.operations, total.undisturbed, total.counted, total.monotonic, off*1e6, Ended())
	if total.undisturbed < total.operations/4 {
		t.Errorf("%d operations of %d were undisturbed, which says too little", total.undisturbed, total.operations)
	}
	if math.Abs(off) > 1./settled {
		t.Errorf("%v by the counter, %v by the monotonic clock", total.counted, total.monotonic)
	}
}

// No operation is further off than the readings of the other clock around it, and all together
// are not either.
func TestSideBySide(t *testing.T) { sideBySide(t, 30_000) }

func TestMillionSideBySide(t *testing.T) {
	process.Long(t)
	if testing.Short() {
		sideBySide(t, 100_000) // the race detector makes each of them dear
		return
	}
	sideBySide(t, 1_000_000)
}

// What takes longer than the counter is believed for is told by both.
func TestLonger(t *testing.T) {
	useCounter(t)
	before := time.Since(base)
	mark := Here().Now()
	<-time.After(longest + 10*time.Millisecond)
	got := mark.Elapsed()
	if most := time.Since(base) - before; got < longest || got > most+most/settled {
		t.Errorf("%v, which took at most %v", got, most)
	}
}

// A moment that seems to come is now.
func TestNeverNegative(t *testing.T) {
	useCounter(t)
	for range 1000 {
		mark := Here().Now()
		mark.at += int64(time.Hour) // or as many ticks, which are a quarter of that at least
		if got := mark.Elapsed(); got != 0 {
			t.Fatalf("%v", got)
		}
	}
}

// In a bubble nothing takes any time but what waits, and nobody checks.
func TestBubble(t *testing.T) {
	useCounter(t)
	if bubbled() {
		t.Error("a bubble outside of any")
	}
	synctest.Test(t, func(t *testing.T) {
		if !bubbled() {
			t.Error("no bubble inside of one")
		}
		mark := Here().Now()
		if got := mark.Elapsed(); got != 0 {
			t.Errorf("%v in no time", got)
		}
		<-time.After(time.Hour)
		if got := mark.Elapsed(); got != time.Hour {
			t.Errorf("%v in an hour", got)
		}
		if news := Check(); news != "" {
			t.Errorf("news: %s", news)
		}
	})
	if !Here().counter {
		t.Error("outside of bubbles the counter is not asked")
	}
}

// The moment of a time that somebody else read is one of the monotonic clock.
func TestOf(t *testing.T) {
	began := time.Now()
	mark := Of(began)
	busyFor(time.Millisecond)
	got := mark.Elapsed()
	if most := time.Since(began); got < time.Millisecond || got > most {
		t.Errorf("%v, at most %v", got, most)
	}
}

func TestNanoseconds(t *testing.T) {
	for _, tt := range []struct {
		ticks, rate uint64
		want        time.Duration
	}{
		{0, 1 << 32, 0},
		{1000, 1 << 31, 500},
		{1 << 62, 1 << 32, 1 << 62},
		{1 << 63, 1 << 32, math.MaxInt64},
		{math.MaxUint64, math.MaxUint64, math.MaxInt64},
	} {
		if got := nanoseconds(tt.ticks, tt.rate); got != tt.want {
			t.Errorf("%d ticks at %d: %d, want %d", tt.ticks, tt.rate, got, tt.want)
		}
	}
}

func TestSetting(t *testing.T) {
	for _, tt := range []struct {
		value, why string
		mistaken   bool
	}{
		{"", "", false},
		{"counter", "", false},
		{"monotonic", "OTELKV_CLOCK is monotonic", false},
		{"Monotonic", `OTELKV_CLOCK is "Monotonic": neither counter nor monotonic`, true},
		{"\n", `OTELKV_CLOCK is "\n": neither counter nor monotonic`, true},
	} {
		t.Setenv(Variable, tt.value)
		if why, mistaken := setting(); why != tt.why || mistaken != tt.mistaken {
			t.Errorf("%q: %q and %t, want %q and %t", tt.value, why, mistaken, tt.why, tt.mistaken)
		}
	}
}
