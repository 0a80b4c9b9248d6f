package record

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// The bounds of the exported histograms in seconds, upper edges inclusive.
var (
	// The semantic conventions advise bounds from 1 ms on; embedded engines
	// need the six below.
	DurationBounds = catalog.OperationDuration.Bounds
	LatencyBounds  = catalog.RequestLatency.Bounds
)

const (
	// maxBuckets is how many buckets a layout has at most. The standard one needs
	// 260 of them; a further bound adds one or two.
	maxBuckets = 288

	// maxFurtherBounds keeps a store with everything below seriesLimit.
	maxFurtherBounds = 6

	// step is the ratio between neighbouring edges: reporting the geometric
	// middle of a bucket is then at most √1.1 − 1, below 5 %, off.
	step = 1.1

	// Between these two, in nanoseconds, quantiles keep that promise. Nothing
	// is faster than a clock read, and nobody waits longer than a quarter of an
	// hour.
	minEdge = 32
	maxEdge = 1000 * uint64(time.Second)

	subBits = 4  // every octave is divided into 1<<subBits parts in the index
	maxLen  = 40 // bits of the largest duration in the index, 18 minutes
)

// A layout is a division of durations into buckets, so fine that every
// exported histogram is a sum of whole buckets and every quantile is close
// enough.
type layout struct {
	upper   []uint64           // upper edges in nanoseconds, inclusive; the last is the largest number
	lower   [maxBuckets]uint64 // the largest durations below
	parts   [(maxLen - subBits + 1) << subBits]part
	crowded bool // a part has several edges
	narrow  int  // the first bucket that is too wide for a word

	export []uint64          // the exported bounds of all histograms in nanoseconds
	group  [maxBuckets]uint8 // bucket to position among the exported bounds
	Bounds []float64         // of db.client.operation.duration, in seconds
	Merge  []uint8           // group to bucket of kvdb.request.latency

	Positions []int // bucket to exponential bucket, counted from the zero bucket; nil without them
	Zero      int   // index of the last exponential bucket that the zero bucket takes up
}

// A part of the index is a sixteenth of an octave. It seldom has more than one
// edge in it, so that one comparison leads to the bucket.
type part struct {
	edge   uint64 // the upper edge of bucket, below 1<<63
	bucket int    // of the smallest duration in the part
}

func newLayout(further []float64) (*layout, error) {
	l := new(layout)
	for _, s := range further {
		if !(s >= 1e-9 && s <= float64(maxEdge)/1e9) {
			return nil, fmt.Errorf("duration bound %v is not between a nanosecond and 1000 seconds", s)
		}
	}
	l.Bounds = slices.Concat(DurationBounds, further)
	slices.Sort(l.Bounds)
	l.Bounds = slices.Compact(l.Bounds)
	for _, s := range l.Bounds {
		l.export = append(l.export, nanos(s))
	}
	l.export = slices.Compact(l.export)
	if len(l.Bounds) > len(DurationBounds)+maxFurtherBounds {
		return nil, fmt.Errorf("%d further duration bounds are more than %d", len(l.Bounds)-len(DurationBounds), maxFurtherBounds)
	}
	if len(l.export) != len(l.Bounds) {
		return nil, fmt.Errorf("duration bounds %v are closer than a nanosecond to each other", further)
	}

	edge := min(minEdge, l.export[0])
	l.upper = append(l.upper, edge)
	for _, anchor := range append(slices.Clone(l.export), maxEdge) {
		l.upper = subdivide(l.upper, anchor)
	}
	l.upper = append(l.upper, math.MaxUint64)
	copy(l.lower[1:], l.upper[:len(l.upper)-1])
	l.index()
	return l, nil
}

// subdivide appends edges up to anchor, none further than step from the last.
func subdivide(edges []uint64, anchor uint64) []uint64 {
	from := edges[len(edges)-1]
	parts := math.Ceil(math.Log(float64(anchor)/float64(from)) / math.Log(step))
	for i := 1.0; i < parts; i++ {
		edge := uint64(math.Round(float64(from) * math.Pow(float64(anchor)/float64(from), i/parts)))
		if edge > edges[len(edges)-1] && edge < anchor {
			edges = append(edges, edge)
		}
	}
	if anchor > edges[len(edges)-1] {
		edges = append(edges, anchor)
	}
	return edges
}

func (l *layout) index() {
	bucket := 0
	for i := range l.parts {
		for l.upper[bucket] < partStart(i) {
			bucket++
		}
		l.parts[i] = part{edge: min(l.upper[bucket], 1<<62), bucket: bucket}
		l.crowded = l.crowded || bucket+1 < len(l.upper) && l.upper[bucket+1] < partStart(i+1)-1
	}
	for l.narrow = 1; l.upper[l.narrow]-l.upper[l.narrow-1] <= maxPackedWidth; l.narrow++ {
	}
	for i, edge := range l.upper {
		g, _ := slices.BinarySearch(l.export, edge)
		l.group[i] = uint8(g)
	}
	latency := make([]uint64, len(LatencyBounds))
	for i, s := range LatencyBounds {
		latency[i] = nanos(s)
	}
	for g := range len(l.export) + 1 {
		if g == len(l.export) {
			l.Merge = append(l.Merge, uint8(len(latency)))
			continue
		}
		i, _ := slices.BinarySearch(latency, l.export[g])
		l.Merge = append(l.Merge, uint8(i))
	}
}

// bucket returns the bucket of a duration in nanoseconds.
func (l *layout) bucket(ns uint64) int {
	if ns >= 1<<maxLen {
		return len(l.upper) - 1
	}
	p := &l.parts[partOf(ns)]
	// One more if ns > p.edge: the sign of the difference, because a branch here
	// is a coin toss for the processor.
	bucket := p.bucket + int((p.edge-ns)>>63)
	for l.crowded && ns > l.upper[bucket] {
		bucket++
	}
	return bucket
}

// partOf is the position of ns in the index: linear within an octave,
// logarithmic between octaves.
func partOf(ns uint64) int {
	e := bits.Len64(ns|1<<subBits) - subBits - 1
	return e<<subBits + int(ns>>e)
}

// partStart is the smallest duration in a part.
func partStart(part int) uint64 {
	e := max(part>>subBits-1, 0)
	return uint64(part-e<<subBits) << e
}

// middle is the duration that stands for a bucket: the geometric middle of the
// smallest and the largest that it holds.
func (l *layout) middle(bucket int) float64 {
	switch bucket {
	case 0:
		return float64(l.upper[0]) / 2 / 1e9
	case len(l.upper) - 1:
		return float64(l.upper[bucket-1]) / 1e9
	default:
		return math.Sqrt(float64(l.upper[bucket-1]+1)*float64(l.upper[bucket])) / 1e9
	}
}

// nanos rounds down, because bounds are inclusive: what takes a fraction of a
// nanosecond longer is above. The thousandth makes up for binary fractions.
func nanos(seconds float64) uint64 { return uint64(seconds*1e9 + 1e-3) }
