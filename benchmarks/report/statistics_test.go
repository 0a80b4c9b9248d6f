package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMedian(t *testing.T) {
	tests := []struct {
		values []float64
		want   float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1}, 5},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 3, 1000}, 3.5},
	}
	for _, tt := range tests {
		before := slices.Clone(tt.values)
		if got := median(tt.values); got != tt.want {
			t.Errorf("median(%v) = %v; want %v", before, got, tt.want)
		}
		if !slices.Equal(tt.values, before) {
			t.Errorf("median changed %v to %v", before, tt.values)
		}
	}
}

func TestQuantile(t *testing.T) {
	sorted := []float64{10, 20, 30, 40, 50}
	for q, want := range map[float64]float64{0: 10, 0.25: 20, 0.1: 14, 0.5: 30, 0.975: 49, 1: 50} {
		if got := quantile(sorted, q); math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile(%v) = %v; want %v", q, got, want)
		}
	}
}

// Every round runs at a speed of its own, as on a shared machine, and some
// samples are hold-ups: the ratio of what is added must come out.
func TestRatioOfSurvivesDriftAndOutliers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const rounds = 200
	var bare, ours, rival []float64
	for round := range rounds {
		speed := 1 + 0.3*math.Sin(float64(round)/20)
		sample := func(ns float64) float64 {
			if rng.IntN(20) == 0 {
				ns *= 5
			}
			return ns * speed * (1 + 0.02*rng.NormFloat64())
		}
		bare, ours, rival = append(bare, sample(12)), append(ours, sample(92)), append(rival, sample(212))
	}
	e, err := ratioOf(minus(ours, bare), minus(rival, bare))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(e.ratio-0.4) > 0.02 {
		t.Errorf("ratio = %.3f; want 0.4", e.ratio)
	}
	if !(e.low <= e.ratio && e.ratio <= e.high && e.high-e.low < 0.1) {
		t.Errorf("interval %.3f to %.3f around %.3f", e.low, e.high, e.ratio)
	}
	again, err := ratioOf(minus(ours, bare), minus(rival, bare))
	if err != nil || again != e {
		t.Errorf("the same measurements gave %+v, then %+v (%v)", e, again, err)
	}
}

func TestRatioOfRefusesNoise(t *testing.T) {
	for _, references := range [][]float64{{0, 0, 0}, {-3, -1, 2}, {math.NaN(), math.NaN(), math.NaN()}} {
		if e, err := ratioOf([]float64{1, 2, 3}, references); !errors.Is(err, errTooNoisy) {
			t.Errorf("ratioOf(…, %v) = %+v, %v; want errTooNoisy", references, e, err)
		}
	}
}

// A machine that is busy for some of the pairs slows both of a pair down.
func TestPairedRatioOf(t *testing.T) {
	e, err := pairedRatioOf([]float64{11, 110, 22, 12, 55}, []float64{10, 100, 20, 10, 50})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(e.ratio-1.1) > 1e-9 || math.Abs(e.low-1.1) > 1e-9 || e.high <= 1.1 || e.cost != 22 || e.reference != 20 {
		t.Errorf("%+v; want 1.1 from 22 and 20, and the outlier in the interval", e)
	}
	if _, err := pairedRatioOf([]float64{1, 1}, []float64{1, 0}); !errors.Is(err, errTooNoisy) {
		t.Errorf("err = %v; want errTooNoisy", err)
	}
}

// What cannot be told in this much noise is left out, and what was measured besides it is not lost.
func TestTooNoisyCostsItselfOnly(t *testing.T) {
	rep, err := newReport(t.Context(), []definition{
		{name: "noisy", measure: func(*session) (row, error) { return row{}, errTooNoisy }},
		{name: "well", measure: func(*session) (row, error) { return row{Ratio: 1}, nil }},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Rows) != 1 || rep.Rows[0].Name != "well" || len(rep.LeftOut) != 1 || rep.LeftOut[0].Name != "noisy" {
		t.Errorf("the report has the rows %v without %v, want noisy alone left out", rep.Rows, rep.LeftOut)
	}
}
