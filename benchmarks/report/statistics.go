package main

import (
	"math/rand/v2"
	"slices"
)

// An estimate is a ratio of two medians with an interval around it.
type estimate struct {
	cost, reference float64 // the medians
	ratio           float64
	low, high       float64 // 95 % of the resampled ratios lie between them
}

// errTooNoisy leaves its row out, and no other.
var errTooNoisy error = &leftOutError{"the reference is not above zero in this much noise; run it with more -rounds or on an idle machine"}

// resamples is how often the rounds are drawn anew for an interval. Its ends
// then rest on 25 ratios each.
const resamples = 1000

// ratioOf divides the median of costs by the median of references. The two
// belong together round by round, so the bootstrap draws whole rounds.
func ratioOf(costs, references []float64) (estimate, error) {
	e := estimate{cost: median(costs), reference: median(references)}
	if !(e.reference > 0) {
		return estimate{}, errTooNoisy
	}
	e.ratio = e.cost / e.reference
	e.low, e.high = bootstrap(costs, references)
	return e, nil
}

// pairedRatioOf returns the median of the ratios of pairs, for measurements of
// which each is followed by its counterpart: what disturbs the machine for
// longer than a pair then cancels out.
func pairedRatioOf(costs, references []float64) (estimate, error) {
	ratios, ones := make([]float64, len(costs)), make([]float64, len(costs))
	for i := range costs {
		if !(references[i] > 0) {
			return estimate{}, errTooNoisy
		}
		ratios[i], ones[i] = costs[i]/references[i], 1
	}
	e, err := ratioOf(ratios, ones)
	e.cost, e.reference = median(costs), median(references)
	return e, err
}

func bootstrap(costs, references []float64) (low, high float64) {
	// The seed is fixed: the same measurements always give the same interval.
	rng := rand.New(rand.NewPCG(1, 2))
	n := len(costs)
	c, r := make([]float64, n), make([]float64, n)
	ratios := make([]float64, 0, resamples)
	for range resamples {
		for i := range n {
			j := rng.IntN(n)
			c[i], r[i] = costs[j], references[j]
		}
		if m := sortedMedian(r); m > 0 {
			ratios = append(ratios, sortedMedian(c)/m)
		}
	}
	slices.Sort(ratios)
	return quantile(ratios, 0.025), quantile(ratios, 0.975)
}

// minus returns a[i]-b[i] for every round i.
func minus(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}

// median returns the median of values, which it leaves as they are.
func median(values []float64) float64 { return sortedMedian(slices.Clone(values)) }

// sortedMedian returns the median of values and sorts them.
func sortedMedian(values []float64) float64 {
	slices.Sort(values)
	return quantile(values, 0.5)
}

// quantile interpolates between the neighbours of quantile q of sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// row is the estimate in a row that has no name yet.
func (e estimate) row() row {
	return row{Ratio: e.ratio, Cost: e.cost, Reference: e.reference, Unit: "ns", Low: &e.low, High: &e.high}
}
