package main

import (
	"fmt"
	"runtime"

	"github.com/otelkv/otelkv/benchmarks"
)

// A comparison divides the cost of one subject by that of another.
type comparison struct {
	subject, reference string
	parallel           bool
}

// names returns the subjects that have to be measured.
func (c *comparison) names() []string {
	return []string{c.name(c.subject), c.name(c.reference), c.name(bare)}
}

func (c *comparison) name(subject string) string {
	if c.parallel {
		return subject + parallel
	}
	return subject
}

func (c *comparison) row(samples map[string][]float64) (row, error) {
	e, err := ratioOf(c.cost(samples, c.subject), c.cost(samples, c.reference))
	if err != nil {
		return row{}, err
	}
	r := e.row()
	if c.parallel {
		r.Goroutines = runtime.GOMAXPROCS(0)
	}
	return r, nil
}

// cost returns what a subject adds to the bare store in each round. The clock
// is around no store.
func (c *comparison) cost(samples map[string][]float64, subject string) []float64 {
	if subject == clock {
		return samples[clock]
	}
	return minus(samples[c.name(subject)], samples[c.name(bare)])
}

// time measures the clock and the subjects of all the rows, in the same
// rounds.
func (s *session) time(rows []definition) (map[string][]float64, error) {
	wanted := map[string]bool{clock: true}
	for _, d := range rows {
		if d.comparison != nil {
			for _, name := range d.comparison.names() {
				wanted[name] = true
			}
		}
	}
	sampled, end := benchmarks.SampledParent(s.ctx)
	defer end()
	var selected []subject
	for _, candidate := range subjects(s.ctx, sampled, s.stores) {
		if wanted[candidate.name] {
			selected = append(selected, candidate)
		}
	}
	samples, err := measure(s.ctx, selected, s.rounds)
	if err != nil {
		return nil, fmt.Errorf("measuring operations: %w", err)
	}
	return samples, nil
}
