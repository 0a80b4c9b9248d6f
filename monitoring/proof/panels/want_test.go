package panels_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

// A want is what a query has to answer for a program.
type want struct {
	job    string
	of     string // labels of the series that is meant, as in a=b,c=d; empty is each of them
	sum    bool   // what they sum up to, and not each of them
	bounds bounds

	nothing  bool          // the program has no answer
	not      string        // labels that no series has
	rates    time.Duration // the window of rates, if it is another one than usual
	quantile string        // the one that is chosen, if it is another one than usual
}

func (w want) window() time.Duration {
	if w.rates > 0 {
		return w.rates
	}
	return window
}

// fill puts values in place of the variables.
func (w want) fill(values generate.Values, expr string) string {
	filled := make(generate.Values, len(values))
	for name, v := range values {
		filled[name] = v
	}
	filled["job"] = w.job
	filled["__rate_interval"] = fmt.Sprintf("%ds", int(w.window().Seconds()))
	if w.quantile != "" {
		filled["quantile"] = w.quantile
	}
	return filled.Fill(expr)
}

// anything is a value that is not empty.
const anything = "*"

var errNothing = errors.New("there is nothing")

// check holds an answer to what is wanted.
func (w want) check(m *moment, v promql.Vector) error {
	if w.nothing {
		if len(v) > 0 {
			return fmt.Errorf("%v should not be there", v[0].Metric)
		}
		return nil
	}
	low, high := w.bounds(m)
	if !(low <= high) { // also not if either is not known
		return fmt.Errorf("nobody knows what it should be: %v to %v", low, high)
	}
	var own []float64
	for _, sample := range v {
		if w.not != "" && has(sample, w.not) {
			return fmt.Errorf("%v should not be in it", sample.Metric)
		}
		if w.of == "" || has(sample, w.of) {
			own = append(own, value(sample))
		}
	}
	if len(own) == 0 {
		return errNothing
	}
	if w.sum {
		total := 0.0
		for _, f := range own {
			total += f
		}
		own = []float64{total}
	} else if w.of != "" && len(own) > 1 {
		return fmt.Errorf("%d series have %s", len(own), w.of)
	}
	for _, f := range own {
		if !(f >= low-1e-9*math.Abs(low) && f <= high+1e-9*math.Abs(high)) { // what is left of rounding
			return fmt.Errorf("it is %v, want %v to %v", f, low, high)
		}
	}
	return nil
}

// has reports whether a sample has labels, as in a=b,c=d.
func has(sample promql.Sample, labels string) bool {
	for pair := range strings.SplitSeq(labels, ",") {
		name, v, _ := strings.Cut(pair, "=")
		if got := sample.Metric.Get(name); got != v && (v != anything || got == "") {
			return false
		}
	}
	return true
}

// value is that of a sample, and how many a histogram has counted.
func value(sample promql.Sample) float64 {
	if sample.H != nil {
		return sample.H.Count
	}
	return sample.F
}
