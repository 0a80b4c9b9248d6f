package tracking_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

// reads enters a key that expires after a time, 0 for never.
func (g *guest) reads(key string, after time.Duration) {
	if (g.Remember([]byte(key)) || g.house.Broadcasts([]byte(key))) && after > 0 {
		g.house.Expires([]byte(key), after)
	}
}

// wait lets time go by.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// want compares what a client was told since the last time.
func (g *guest) want(what, want string) {
	g.house.t.Helper()
	if got := g.told(); got != want {
		g.house.t.Errorf("%s: told %q, want %q", what, got, want)
	}
}

func expiring(t *testing.T, limits tracking.Limits, test func(t *testing.T, h *house)) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, limits)
		test(t, h)
		h.empty()
		wait(48 * time.Hour) // a timer that was left behind would find what is no more
	})
}

func TestExpires(t *testing.T) {
	expiring(t, tracking.DefaultLimits(testBudget), func(_ *testing.T, h *house) {
		a, b, other := h.guest("on"), h.guest("on noloop"), h.guest("on")
		a.reads("later", 20*time.Second)
		b.reads("later", 20*time.Second)
		a.reads("soon", 10*time.Second)
		b.reads("stays", 0)
		other.reads("other", 0)
		wait(10*time.Second - 1)
		a.want("before", "")
		wait(1)
		a.want("in time", "[soon]")
		b.want("what it has not read", "")
		wait(10 * time.Second)
		a.want("the second", "[later]")
		b.want("the second", "[later]")
		wait(time.Hour)
		for _, g := range h.clients {
			g.want("afterwards", "")
		}
	})
}

// A write in between is told of, and the time of the value before is no more.
func TestExpiresAfterAWrite(t *testing.T) {
	expiring(t, tracking.DefaultLimits(testBudget), func(_ *testing.T, h *house) {
		a, writer := h.guest("on"), h.guest()
		a.reads("k", 10*time.Second)
		writer.write("k")
		a.want("the write", "[k]")
		wait(10 * time.Second)
		a.want("a time that is none any more", "")
		a.reads("k", 10*time.Second)
		h.Flushed()
		a.want("the flush", "*")
		wait(10 * time.Second)
		a.want("what was flushed", "")
	})
}

// One that read the value before, and is late to say when that would expire, puts off nobody.
func TestExpiresAtTheSoonerTime(t *testing.T) {
	expiring(t, tracking.DefaultLimits(testBudget), func(_ *testing.T, h *house) {
		a, b := h.guest("on"), h.guest("on")
		a.Remember([]byte("k"))
		b.reads("k", 10*time.Second)
		h.Expires([]byte("k"), time.Hour)
		wait(10 * time.Second)
		a.want("it", "[k]")
		b.want("it", "[k]")
		a.reads("k", time.Hour)
		b.reads("k", time.Minute)
		wait(time.Minute)
		a.want("a sooner time", "[k]")
		b.want("a sooner time", "[k]")
	})
}

// By prefixes, clients are told of what others have read.
func TestExpiresByPrefix(t *testing.T) {
	expiring(t, tracking.DefaultLimits(testBudget), func(t *testing.T, h *house) {
		b, reader, tracker := h.guest("on bcast prefix a"), h.guest(), h.guest("on")
		reader.reads("a", 10*time.Second)
		reader.reads("other", 10*time.Second)
		tracker.reads("ab", 10*time.Second)
		if n := h.Totals().Keys; n != 2 {
			t.Errorf("%d keys, want those that somebody is told of", n)
		}
		tracker.Off() // b is told of its key all the same
		wait(10 * time.Second)
		b.want("in time", "[a] [ab]")
		tracker.want("after it had gone", "")

		reader.reads("a", 10*time.Second)
		reader.write("a")
		b.want("a write", "[a]")
		wait(10 * time.Second)
		b.want("what was written", "")

		again := h.guest("on")
		again.reads("ac", time.Hour)
		reader.reads("ad", time.Hour)
		b.Off()
		if n := h.Totals().Keys; n != 1 {
			t.Errorf("%d keys are left when nobody has a prefix, want 1", n)
		}
		wait(time.Hour)
		again.want("what it holds still", "[ac]")
	})
}

// What finds no room, or nobody knows the time of, is told at once, and what is taken out
// is told to those with prefixes as well.
func TestExpiresWithoutRoom(t *testing.T) {
	limits := tracking.DefaultLimits(testBudget)
	limits.Keys = 2
	expiring(t, limits, func(t *testing.T, h *house) {
		b, a := h.guest("on bcast"), h.guest("on")
		a.Remember([]byte("unknown"))
		h.Expires([]byte("unknown"), 0)
		a.want("a time that is over", "[unknown]")
		b.want("a time that is over", "[unknown]")
		for _, key := range []string{"1", "2", "3"} {
			h.Expires([]byte(key), time.Hour)
		}
		b.want("one more than there may be", "[3]")
		a.reads("4", time.Hour) // takes another one out
		if got := b.told(); got != "[1]" && got != "[2]" {
			t.Errorf("what was taken out: %s", got)
		}
		h.Expires([]byte("gone"), time.Hour)
		b.want("what was forgotten before", "[gone]")
	})
	limits = tracking.DefaultLimits(testBudget)
	limits.Bytes = 400
	expiring(t, limits, func(_ *testing.T, h *house) {
		a := h.guest("on")
		a.reads("1", time.Hour)
		a.want("what has room", "")
		a.Remember([]byte("2"))
		a.told()
		h.Expires([]byte("2"), time.Hour)
		h.Changed(0, []byte("1"), []byte("2"))
		wait(time.Hour)
		a.told()
	})
}

// Nobody is told of a key that was forgotten while its time was asked for.
func TestExpiresOfNobody(t *testing.T) {
	expiring(t, tracking.DefaultLimits(testBudget), func(t *testing.T, h *house) {
		a := h.guest("on")
		a.Remember([]byte("k"))
		h.Changed(0, []byte("k"))
		h.Expires([]byte("k"), time.Second)
		if got := h.Totals().Keys; got != 0 {
			t.Errorf("%d keys", got)
		}
		a.want("the change", "[k]")
		wait(time.Second)
		a.want("what it does not hold", "")
	})
}

// Thousands that expire at a time are told in turn, and the memory is given back.
func TestManyExpire(t *testing.T) {
	expiring(t, tracking.DefaultLimits(testBudget), func(t *testing.T, h *house) {
		a := h.guest("on")
		keys := numbered(900)
		for range 3 {
			for i, key := range keys {
				a.reads(key, time.Duration(1+i%7)*time.Second)
			}
			wait(7 * time.Second)
			if held := a.held(keys...); len(held) > 0 {
				t.Errorf("%d keys are held for ever", len(held))
			}
		}
		if got := h.Totals().Keys; got != 0 {
			t.Errorf("%d keys", got)
		}
	})
}

// A time is charged with what it takes: 48 bytes, and a pointer in a list with room for as
// many again.
func TestChargeOfTimes(t *testing.T) {
	expiring(t, tracking.DefaultLimits(testBudget), func(t *testing.T, h *house) {
		a := h.guest("on")
		keys := numbered(500)
		a.read(keys...)
		before := h.budget.Left()
		for _, key := range keys {
			h.Expires([]byte(key), time.Hour)
		}
		if taken := before - h.budget.Left(); taken < len(keys)*(48+2*8) {
			t.Errorf("%d bytes are charged for %d times", taken, len(keys))
		}
	})
}
