package record

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

func mustLayout(t testing.TB, further ...float64) *layout {
	t.Helper()
	l, err := newLayout(further)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// naive is the bucket by the definition: the first whose upper edge is not
// below the duration.
func (l *layout) naive(ns uint64) int {
	return sort.Search(len(l.upper), func(i int) bool { return ns <= l.upper[i] })
}

func TestBucket(t *testing.T) {
	for name, l := range map[string]*layout{
		"standard": mustLayout(t),
		"further":  mustLayout(t, 0.3, 1e-9, 123e-9, 2.5, 1000),
	} {
		var durations []uint64
		around := func(ns uint64) {
			for _, d := range []uint64{ns - 1, ns, ns + 1} {
				if d != math.MaxUint64 || ns == math.MaxUint64 {
					durations = append(durations, d)
				}
			}
		}
		durations = append(durations, 0)
		for _, edge := range l.upper {
			around(edge)
		}
		for e := range 64 { // where a part of any index may begin
			for i := range uint64(32) {
				around(1<<e + i<<max(e-5, 0))
			}
		}
		for range 100_000 {
			durations = append(durations, rand.Uint64()>>rand.IntN(64))
		}
		for _, ns := range durations {
			if got, want := l.bucket(ns), l.naive(ns); got != want {
				t.Fatalf("%s: bucket(%d) = %d, want %d", name, ns, got, want)
			}
		}
	}
}

func TestLayoutEdges(t *testing.T) {
	for name, l := range map[string]*layout{
		"standard": mustLayout(t),
		"further":  mustLayout(t, 0.3, 1e-9, 123e-9, 2.5, 1000),
	} {
		if !slices.IsSorted(l.upper) || len(slices.Compact(slices.Clone(l.upper))) != len(l.upper) {
			t.Errorf("%s: the edges do not ascend: %v", name, l.upper)
		}
		if len(l.upper) > maxBuckets || l.upper[len(l.upper)-1] != math.MaxUint64 {
			t.Errorf("%s: %d edges, the last is %d", name, len(l.upper), l.upper[len(l.upper)-1])
		}
		for _, bound := range append(slices.Clone(l.Bounds), LatencyBounds...) {
			if !slices.Contains(l.upper, nanos(bound)) {
				t.Errorf("%s: the bound %v is no edge", name, bound)
			}
		}
		for i := 1; i < len(l.upper)-1; i++ {
			low, high := l.upper[i-1], l.upper[i]
			if high <= minEdge || low < minEdge || high-low == 1 {
				continue
			}
			// Rounding to whole nanoseconds takes its part of the smallest.
			if float64(high)/float64(low+1) > step+1e-9 {
				t.Errorf("%s: bucket %d from %d to %d is wider than %v", name, i, low, high, step)
			}
		}
	}
}

// Each bucket belongs as a whole to one bucket of each exported histogram.
func TestGroups(t *testing.T) {
	l := mustLayout(t, 0.3, 42e-6)
	for i, edge := range l.upper {
		g, _ := slices.BinarySearchFunc(l.Bounds, edge, func(b float64, ns uint64) int {
			if nanos(b) < ns {
				return -1
			}
			return 1
		})
		if int(l.group[i]) != g {
			t.Errorf("bucket %d up to %d is in group %d, want %d", i, edge, l.group[i], g)
		}
		m, _ := slices.BinarySearchFunc(LatencyBounds, edge, func(b float64, ns uint64) int {
			if nanos(b) < ns {
				return -1
			}
			return 1
		})
		if int(l.Merge[l.group[i]]) != m {
			t.Errorf("bucket %d up to %d is in latency bucket %d, want %d", i, edge, l.Merge[l.group[i]], m)
		}
	}
}

func TestNewLayout(t *testing.T) {
	many := make([]float64, 300)
	for i := range many {
		many[i] = float64(i+2) * 0.00317
	}
	for _, c := range []struct {
		name    string
		further []float64
		bounds  int // 0 is an error
		message string
	}{
		{"none", nil, 15, ""},
		{"one", []float64{0.3}, 16, ""},
		{"one that is there", []float64{0.1}, 15, ""},
		{"equal ones", []float64{0.3, 0.3}, 16, ""},
		{"out of order", []float64{2, 0.3, 0.002}, 18, ""},
		{"the smallest", []float64{1e-9}, 16, ""},
		{"the largest", []float64{1000}, 16, ""},
		{"zero", []float64{0}, 0, "between a nanosecond and 1000 seconds"},
		{"negative", []float64{-1}, 0, "between"},
		{"too large", []float64{1000.1}, 0, "between"},
		{"not a number", []float64{math.NaN()}, 0, "between"},
		{"infinite", []float64{math.Inf(1)}, 0, "between"},
		{"too close", []float64{0.3, 0.3000000001}, 0, "closer than a nanosecond"},
		{"too many", many, 0, "more than 6"},
	} {
		l, err := newLayout(c.further)
		switch {
		case c.bounds == 0 && (err == nil || !strings.Contains(err.Error(), c.message)):
			t.Errorf("%s: error %v, want %q", c.name, err, c.message)
		case c.bounds > 0 && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.bounds > 0 && len(l.Bounds) != c.bounds:
			t.Errorf("%s: %d bounds, want %d", c.name, len(l.Bounds), c.bounds)
		}
	}
}

// A bound between two whole nanoseconds is an inclusive upper edge like any
// other: what takes a fraction longer is above it.
func TestFractionalBound(t *testing.T) {
	l := mustLayout(t, 1234.6e-9)
	at := slices.Index(l.Bounds, 1234.6e-9)
	if g := l.group[l.bucket(1234)]; int(g) != at {
		t.Errorf("1234 ns is in group %d, want %d", g, at)
	}
	if g := l.group[l.bucket(1235)]; int(g) != at+1 {
		t.Errorf("1235 ns is in group %d, want %d: it is above the bound", g, at+1)
	}
}

// The middle of a bucket is at most 5 % from everything in it.
func TestMiddle(t *testing.T) {
	l := mustLayout(t)
	for i := 1; i < len(l.upper)-1; i++ {
		for _, ns := range []uint64{l.upper[i-1] + 1, l.upper[i]} {
			got := l.middle(i) * 1e9
			if off := math.Abs(got-float64(ns)) / float64(ns); off > 0.05 && ns > minEdge {
				t.Errorf("the middle of bucket %d is %v, %.1f %% off %d", i, got, off*100, ns)
			}
		}
	}
	if got := time.Duration(l.middle(0) * 1e9); got > minEdge {
		t.Errorf("the middle of the first bucket is %v", got)
	}
	if got := time.Duration(l.middle(len(l.upper)-1) * 1e9); got != 1000*time.Second {
		t.Errorf("the middle of the last bucket is %v", got)
	}
}
