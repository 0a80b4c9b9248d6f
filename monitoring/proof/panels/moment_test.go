package panels_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A moment is when and where a query is looked at.
type moment struct {
	*course
	world   recording.World
	from    time.Time     // when that window begins
	samples []time.Time   // when the window of rates was scraped
	slack   time.Duration // how long the slowest scrape took
}

// moment is the one at which a course is looked at, with a window of rates.
func (s *session) moment(t *testing.T, c *course, w recording.World, long time.Duration) *moment {
	t.Helper()
	key := fmt.Sprint(c.job, w, long)
	m, known := s.moments[key]
	if known {
		return m
	}
	m = &moment{course: c, world: w, from: c.at.Add(-long)}
	s.moments[key] = m
	var err error
	if m.samples, err = s.db[w].Times(t.Context(), `process_uptime_seconds{job="`+c.job+`"}`, m.from, c.at); err != nil {
		t.Fatal(err)
	}
	v, err := s.ask(t, w, `max_over_time(scrape_duration_seconds{job="`+c.job+`"}[2m])`, c.at)
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range v {
		m.slack = max(m.slack, time.Duration(sample.F*float64(time.Second)))
	}
	return m
}

// seconds are those between the first sample of the window and the last one.
func (m *moment) seconds() float64 {
	if len(m.samples) < 2 {
		return math.NaN()
	}
	return m.samples[len(m.samples)-1].Sub(m.samples[0]).Seconds()
}

// sum is how much calls add up to in the window, at least and at most: an operation ends
// after its call has begun and before it has ended, and a page is made while it is scraped.
func (m *moment) sum(of func(recording.Call) float64) (low, high float64) {
	if len(m.samples) < 2 {
		return math.NaN(), math.NaN()
	}
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	for _, c := range m.calls {
		began := c.Ended.Add(-c.Took)
		if !began.Before(first.Add(m.slack)) && !c.Ended.After(last) {
			low += of(c)
		}
		if !c.Ended.Before(first) && !began.After(last.Add(m.slack)) {
			high += of(c)
		}
	}
	return low, high
}

// Calls of some kinds.
func all(recording.Call) bool      { return true }
func failed(c recording.Call) bool { return c.Failed }
func slow(c recording.Call) bool   { return c.Took > 100*time.Millisecond }

func operation(name string) func(recording.Call) bool {
	return func(c recording.Call) bool { return c.Operation == name }
}

func both(a, b func(recording.Call) bool) func(recording.Call) bool {
	return func(c recording.Call) bool { return a(c) && b(c) }
}

func one(which func(recording.Call) bool) func(recording.Call) float64 {
	return func(c recording.Call) float64 {
		if which(c) {
			return 1
		}
		return 0
	}
}

// Bounds are between which two values a query answers, both included.
type bounds func(*moment) (low, high float64)

func between(low, high float64) bounds { return func(*moment) (float64, float64) { return low, high } }
func is(v float64) bounds              { return between(v-1e-9, v+1e-9) }

// late is by how much a rate may be lower than what there was between its samples.
const late = 0.85

// extrapolated is the same for the samples that there are: Prometheus fills the whole window
// where the gaps at its ends are no longer than those between samples.
func (m *moment) extrapolated() float64 {
	n := len(m.samples)
	if n < 2 {
		return late
	}
	most := 1.1 * m.seconds() / float64(n-1)
	if m.samples[0].Sub(m.from).Seconds() < most && m.at.Sub(m.samples[n-1]).Seconds() < most {
		return 1
	}
	return late
}

// checks are operations a second that a server asks of its own store: its health.
const checks = 1.5

// rated is a rate of calls.
func rated(of func(recording.Call) float64, more float64) bounds {
	return func(m *moment) (float64, float64) {
		low, high := m.sum(of)
		return m.extrapolated() * low / m.seconds(), high/m.seconds() + more
	}
}

func rateOf(which func(recording.Call) bool) bounds { return rated(one(which), 0) }

// shareOf is the share of the calls of a kind that are of another, too, and of some more that
// nobody called for, a second.
func shareOf(which, among func(recording.Call) bool, more float64) bounds {
	return func(m *moment) (float64, float64) {
		low, high := m.sum(one(both(which, among)))
		least, most := m.sum(one(among))
		return low / (most + more*m.seconds()), high / max(least, 1)
	}
}

// slowShare is the share of calls that are slow, as which at least those count that took what
// the fault adds: others may have waited for the machine alone, and on one that is busy some
// of those that took so long, too.
func slowShare(which func(recording.Call) bool, more float64) bounds {
	return func(m *moment) (float64, float64) {
		low, _ := m.sum(one(both(which, func(c recording.Call) bool { return c.Took >= 300*time.Millisecond })))
		_, high := m.sum(one(both(which, slow)))
		least, most := m.sum(one(which))
		return 0.7 * low / (most + more*m.seconds()), high / max(least, 1)
	}
}

// highest is the higher one of two.
func highest(a, b bounds) bounds {
	return func(m *moment) (float64, float64) {
		l1, h1 := a(m)
		l2, h2 := b(m)
		return max(l1, l2), max(h1, h2)
	}
}

const exact = 0.05 // of native histograms and of summaries

// took is a quantile of durations: at least what a fault adds, and at most what a share of
// the calls took for their caller. A classic bucket says only between which two bounds it is.
func took(low, share float64, which func(recording.Call) bool) bounds {
	return func(m *moment) (float64, float64) {
		var all []float64
		for _, c := range m.calls {
			if which(c) && c.Ended.After(m.failed) {
				all = append(all, c.Took.Seconds())
			}
		}
		if len(all) == 0 {
			return math.NaN(), math.NaN()
		}
		slices.Sort(all)
		return bucket(m.world, catalog.OperationDuration.Bounds, low, all[int(share*float64(len(all)-1))])
	}
}

// bucketed is a quantile that is known to be between two durations.
func bucketed(low, high float64) bounds {
	return func(m *moment) (float64, float64) {
		return bucket(m.world, catalog.OperationDuration.Bounds, low, high)
	}
}

func bucket(w recording.World, edges []float64, low, high float64) (float64, float64) {
	if w == recording.Native {
		return low * (1 - exact), high * (1 + exact)
	}
	below, above := 0.0, math.Inf(1)
	for _, e := range edges {
		if e <= low {
			below = e
		}
		if e >= high {
			above = min(above, e)
		}
	}
	return below, above
}

// summary is the same of a quantile that the program computes, whatever the world.
func summary(b bounds) bounds {
	return func(m *moment) (float64, float64) {
		native := *m
		native.world = recording.Native
		return b(&native)
	}
}

// sized is a quantile of sizes, of which there are classic buckets only.
func sized(of func(recording.Call) int, which func(recording.Call) bool) bounds {
	return func(m *moment) (float64, float64) {
		least, most := math.Inf(1), 0.0
		for _, c := range m.calls {
			if which(c) {
				least, most = min(least, float64(of(c))), max(most, float64(of(c)))
			}
		}
		return bucket(recording.Classic, catalog.RequestSize.Bounds, least, most)
	}
}

// since is the time since something happened, as a page says that may be some seconds old, and
// that was made by a machine which took that long for others.
func since(when func(*course) time.Time, old time.Duration) bounds {
	return func(m *moment) (float64, float64) {
		made := m.at
		if n := len(m.samples); n > 0 {
			made = m.samples[n-1]
		}
		low := made.Sub(when(m.course)) - old - 3*time.Second - 2*m.slack
		return low.Seconds(), (m.at.Sub(when(m.course)) + time.Second).Seconds()
	}
}

// near is what the kernel says, within a share.
func near(share float64, of func(machine) float64) bounds {
	return func(m *moment) (float64, float64) {
		v := of(m.machine)
		return v / (1 + share), v * (1 + share)
	}
}
