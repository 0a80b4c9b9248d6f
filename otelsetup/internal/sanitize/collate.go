package sanitize

import (
	"cmp"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// renamed is a point whose attributes were mended.
type renamed struct {
	index  int
	before string
}

// collate mends the points of a metric. A receiver would refuse two with the same
// attributes: a point that becomes the same as another is added to it, if add is
// there and can, and else left out.
func collate[P any](c *collation, all []P, of func(*P) (*attribute.Set, bool), add func(to, p *P) bool) []P {
	var changed []renamed
	for i := range all {
		set, mended := of(&all[i])
		if good, bad := Set(*set); bad {
			changed = append(changed, renamed{i, set.Encoded(attribute.DefaultEncoder())})
			*set, mended = good, true
		}
		if mended || c.whole {
			c.mended++
		}
	}
	if len(changed) == 0 {
		return all
	}
	// In the same order in each export, so that it is the same point that stays.
	slices.SortFunc(changed, func(a, b renamed) int { return cmp.Compare(a.before, b.before) })
	key := func(i int) attribute.Distinct {
		set, _ := of(&all[i])
		return set.Equivalent()
	}
	first, gone := make(map[attribute.Distinct]int), make(map[int]bool)
	for _, r := range changed {
		gone[r.index] = true
	}
	for i := range all {
		if !gone[i] {
			first[key(i)] = i
		}
	}
	for _, r := range changed {
		to, taken := first[key(r.index)]
		switch {
		case !taken:
			first[key(r.index)], gone[r.index] = r.index, false
		case add == nil || !add(&all[to], &all[r.index]):
			c.mended--
			c.leftOut++
		}
	}
	rest := make([]P, 0, len(all))
	for i := range all {
		if !gone[i] {
			rest = append(rest, all[i])
		}
	}
	return rest
}

func addNumber[N int64 | float64](to, p *metricdata.DataPoint[N]) bool {
	to.Value += p.Value
	to.StartTime = earlier(to.StartTime, p.StartTime)
	to.Exemplars = append(to.Exemplars[:len(to.Exemplars):len(to.Exemplars)], p.Exemplars...)
	return true
}

func addHistogram[N int64 | float64](to, p *metricdata.HistogramDataPoint[N]) bool {
	if !slices.Equal(to.Bounds, p.Bounds) || len(to.BucketCounts) != len(p.BucketCounts) {
		return false
	}
	to.BucketCounts = slices.Clone(to.BucketCounts)
	for i, n := range p.BucketCounts {
		to.BucketCounts[i] += n
	}
	to.Count += p.Count
	to.Sum += p.Sum
	to.Min, to.Max = extreme(to.Min, p.Min, lower[N]), extreme(to.Max, p.Max, higher[N])
	to.StartTime = earlier(to.StartTime, p.StartTime)
	to.Exemplars = append(to.Exemplars[:len(to.Exemplars):len(to.Exemplars)], p.Exemplars...)
	return true
}

func extreme[N int64 | float64](a, b metricdata.Extrema[N], of func(N, N) N) metricdata.Extrema[N] {
	v, ok := a.Value()
	w, also := b.Value()
	if !ok || !also {
		return metricdata.Extrema[N]{}
	}
	return metricdata.NewExtrema(of(v, w))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func lower[N int64 | float64](a, b N) N  { return min(a, b) }
func higher[N int64 | float64](a, b N) N { return max(a, b) }
