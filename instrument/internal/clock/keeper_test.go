package clock

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A machine has a counter and a monotonic clock, both of which a test moves.
type machine struct {
	counted   uint64
	part      float64 // of a tick
	passed    time.Duration
	perSecond float64 // ticks
	heldUp    time.Duration
	source    string // why the kernel refuses, or empty
	silent    error  // why it does not say
	processor string // the same of the processor
	variable  string // and of the environment
	mistaken  bool
	rate      atomic.Uint64
	*keeper
}

func newMachine() *machine {
	m := &machine{perSecond: 2.45e9, counted: 1 << 40}
	m.keeper = &keeper{
		ticks:     func() uint64 { m.pass(9 * time.Nanosecond); return m.counted },
		monotonic: func() time.Duration { m.pass(13*time.Nanosecond + m.heldUp); return m.passed },
		setting:   func() (string, bool) { return m.variable, m.mistaken },
		unsteady:  func() string { return m.processor },
		elsewhere: func() (string, error) { return m.source, m.silent },
		rate:      &m.rate,
	}
	return m
}

// pass lets time pass, as both clocks tell it.
func (m *machine) pass(d time.Duration) {
	m.passed += d
	whole, part := math.Modf(float64(d)/1e9*m.perSecond + m.part)
	m.counted += uint64(whole)
	m.part = part
}

// checks calls for a check each second.
func (m *machine) checks(n int) {
	for range n {
		m.pass(time.Second)
		m.check()
	}
}

// inUse returns a machine whose counter is in use.
func inUse(t *testing.T) *machine {
	t.Helper()
	m := newMachine()
	m.checks(10)
	if m.rate.Load() == 0 {
		t.Fatalf("the counter is not in use: %v", m.end.Load())
	}
	return m
}

// The third check puts the counter to use, with a rate that is right, and further ones refine it.
func TestRate(t *testing.T) {
	for _, perSecond := range []float64{5e7, 1e9, 2.45e9, 6e9} {
		m := newMachine()
		m.perSecond = perSecond
		for i := range 3 {
			if m.rate.Load() != 0 {
				t.Errorf("%.3g: in use after %d checks", perSecond, i)
			}
			m.checks(1)
		}
		for _, ppm := range []float64{2, 0.1} {
			want := 1e9 / perSecond * (1 << 32)
			if got := float64(m.rate.Load()); got < want*(1-ppm/1e6) || got > want*(1+ppm/1e6) {
				t.Errorf("%.3g ticks a second: a rate of %.9g, want %.9g", perSecond, got, want)
			}
			m.checks(100)
		}
	}
}

// Whatever goes wrong with the counter ends its use at the next check, for good.
func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		wrong func(*machine)
		why   string
	}{
		"skew of 1 %":           {func(m *machine) { m.perSecond *= 1.01 }, "disagree"},
		"skew of 0.2 %, slower": {func(m *machine) { m.perSecond *= 0.998 }, "disagree"},
		"another clock source":  {func(m *machine) { m.source = "the kernel tells time by hpet, not by tsc" }, "hpet"},
		"a suspend that the counter counts": {func(m *machine) {
			m.counted += uint64(m.perSecond * 3600)
		}, "disagree"},
		"a suspend that resets the counter":           {func(m *machine) { m.counted = 0 }, "went back"},
		"a snapshot, restored on a younger machine":   {func(m *machine) { m.counted -= uint64(m.perSecond * 1.5) }, "went back"},
		"a snapshot, restored on an older machine":    {func(m *machine) { m.counted += 1 << 50 }, "disagree"},
		"a counter that stands still":                 {func(m *machine) { m.perSecond = 0 }, "disagree"},
		"a machine that moved to one of another rate": {func(m *machine) { m.perSecond = 3e9 }, "disagree"},
	} {
		t.Run(name, func(t *testing.T) {
			m := inUse(t)
			c.wrong(m)
			m.checks(1)
			end := m.end.Load()
			if end == nil || !end.Used || !strings.Contains(end.Why, c.why) || m.rate.Load() != 0 {
				t.Fatalf("a rate of %d, the end is %+v", m.rate.Load(), end)
			}
			m.source, m.perSecond = "", 2.45e9
			m.checks(5)
			if m.rate.Load() != 0 || m.end.Load() != end {
				t.Errorf("in use again")
			}
		})
	}
}

// A counter that is not the kernel's, or whose two first intervals disagree, is never used.
func TestNeverUsed(t *testing.T) {
	for name, refuse := range map[string]func(*machine){
		"the environment":            func(m *machine) { m.variable = "OTELKV_CLOCK is monotonic" },
		"the processor":              func(m *machine) { m.processor = "the counter is not steady" },
		"the kernel":                 func(m *machine) { m.source = "the kernel tells time by kvm-clock" },
		"a kernel that does not say": func(m *machine) { m.silent = errors.New("no such file") },
		"a skew from the start": func(m *machine) {
			m.checks(2)
			m.perSecond *= 1.1
		},
		"a clock source that changes at once": func(m *machine) {
			m.checks(2)
			m.source = "the kernel tells time by hpet"
		},
	} {
		m := newMachine()
		refuse(m)
		m.checks(5)
		if end := m.end.Load(); end == nil || end.Used || m.rate.Load() != 0 {
			t.Errorf("%s: a rate of %d, the end is %+v", name, m.rate.Load(), end)
		}
		if news := m.news(); news != "" {
			t.Errorf("%s: news that are none: %s", name, news)
		}
	}
}

// Where the source cannot be read for a while, the clocks are compared as before.
func TestSilentKernel(t *testing.T) {
	m := inUse(t)
	m.silent = errors.New("too many open files")
	m.checks(5)
	if end := m.end.Load(); end != nil {
		t.Errorf("the end is %+v", end)
	}
	m.perSecond *= 1.01
	m.checks(1)
	if end := m.end.Load(); end == nil || !strings.Contains(end.Why, "disagree") {
		t.Errorf("a skew is not seen: %+v", end)
	}
}

// What somebody should be told is told once.
func TestNews(t *testing.T) {
	fell := inUse(t)
	if news := fell.news(); news != "" {
		t.Errorf("the counter is in use, and there are news: %s", news)
	}
	fell.perSecond *= 1.01
	fell.checks(1)
	wrong := newMachine()
	wrong.variable, wrong.mistaken = `OTELKV_CLOCK is "tsc"`, true
	wrong.checks(1)
	for want, m := range map[string]*machine{"the counter and the monotonic clock disagree": fell, `OTELKV_CLOCK is "tsc"`: wrong} {
		if news := m.news(); news != want {
			t.Errorf("%q, want %q", news, want)
		}
		m.told.Store(true)
		if news := m.news(); news != "" {
			t.Errorf("%q again", news)
		}
	}
}

// Who is held up between its readings, or comes again at once, learns nothing and ends nothing.
func TestBusyMachine(t *testing.T) {
	m := inUse(t)
	before := m.rate.Load()
	m.heldUp = 10 * time.Millisecond
	m.checks(3)
	if m.rate.Load() != before || m.end.Load() != nil {
		t.Errorf("a rate of %d, was %d; the end is %v", m.rate.Load(), before, m.end.Load())
	}
	m.heldUp = 0
	m.check()
	before = m.rate.Load()
	for range 1000 {
		m.check()
	}
	if m.rate.Load() != before || m.end.Load() != nil {
		t.Errorf("a rate of %d, was %d; the end is %v", m.rate.Load(), before, m.end.Load())
	}
	m.perSecond *= 1.01
	m.checks(1)
	if m.end.Load() == nil {
		t.Error("a skew is not seen any more")
	}
}

// Of a process that has run for days, what began at any moment is told to a millionth, and the
// history stays short.
func TestSince(t *testing.T) {
	m := inUse(t)
	type moment struct {
		ticks uint64
		at    time.Duration
	}
	var moments []moment
	for range 3 * 24 * 3600 {
		m.pass(time.Second + rand.N(10*time.Millisecond))
		m.check()
		if rand.N(300) == 0 {
			m.pass(rand.N(time.Second))
			moments = append(moments, moment{m.counted, m.passed})
		}
	}
	if n := len(m.history.pairs); n > kept {
		t.Errorf("%d pairs are kept", n)
	}
	for _, begun := range moments {
		want := m.passed - begun.at
		if got := m.since(begun.ticks, m.rate.Load()); got < want-want/1e6-time.Microsecond || got > want+want/1e6+time.Microsecond {
			t.Fatalf("%v ago is told as %v", want, got)
		}
	}
}

// What spans a jump of the counter is told by the monotonic clock, whether or not a check has seen it.
func TestSinceAcrossJump(t *testing.T) {
	for _, jump := range []int64{1 << 45, -1 << 35} {
		m := inUse(t)
		begun, at, rate := m.counted, m.passed, m.rate.Load()
		m.pass(400 * time.Millisecond)
		m.counted += uint64(jump)
		m.pass(30 * time.Second)
		for _, when := range []string{"before", "after"} {
			if got, want := m.since(begun, rate), m.passed-at; got < want-time.Millisecond || got > want+time.Millisecond {
				t.Errorf("%s a check of a jump by %d: %v, want %v", when, jump, got, want)
			}
			m.checks(1)
		}
	}
}

// Processors whose counters differ by a microsecond, between which readings move, keep the
// counter in use, at the right rate.
func TestProcessorsDiffer(t *testing.T) {
	m := newMachine()
	read := m.ticks
	m.ticks = func() uint64 {
		if rand.N(3) == 0 {
			return read() + 2450
		}
		return read()
	}
	m.checks(100)
	want := 1e9 / m.perSecond * (1 << 32)
	if got := float64(m.rate.Load()); m.end.Load() != nil || got < want*(1-1e-6) || got > want*(1+1e-6) {
		t.Errorf("a rate of %.9g, want %.9g; the end is %+v", got, want, m.end.Load())
	}
}

// What began after a jump and before the check that saw it is told by the pair of that check.
func TestSinceAfterJump(t *testing.T) {
	for _, jump := range []int64{1 << 45, -1 << 35} {
		m := inUse(t)
		rate := m.rate.Load()
		m.pass(300 * time.Millisecond)
		m.counted += uint64(jump)
		m.pass(300 * time.Millisecond)
		begun, at := m.counted, m.passed
		m.checks(1)
		m.pass(5 * time.Second)
		if got, want := m.since(begun, rate), m.passed-at; got < want-time.Millisecond || got > want+time.Millisecond {
			t.Errorf("a jump by %d: %v, want %v", jump, got, want)
		}
	}
}
