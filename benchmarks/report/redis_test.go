package main

import (
	"errors"
	"os/exec"
	"testing"
)

func TestRedisRatio(t *testing.T) {
	for name, c := range map[string]struct {
		cost, base, rival, rivalBase []float64
		unit                         string
		want, of                     float64
	}{
		"no allocation, but for what a poller did meanwhile": {[]float64{13.002, 13.4}, []float64{13, 13.001}, []float64{27, 28}, []float64{13, 13}, "allocations", 0, 14},
		"one":                              {[]float64{14, 14}, []float64{13, 13}, []float64{17, 17}, []float64{13, 13}, "allocations", 0.25, 4},
		"time in the median of the rounds": {[]float64{110, 120, 900}, []float64{100, 100, 100}, []float64{200, 200, 200}, []float64{100, 100, 100}, "ns", 0.2, 100},
	} {
		r, err := redisRatio(c.cost, c.base, c.rival, c.rivalBase, c.unit)
		if err != nil || r.Ratio != c.want || r.Reference != c.of {
			t.Errorf("%s: %+v, %v, want %v of %v", name, r, err, c.want, c.of)
		}
	}
	if _, err := redisRatio([]float64{1}, []float64{1}, []float64{1}, []float64{1}, "B"); !errors.Is(err, errTooNoisy) {
		t.Errorf("a rival that costs nothing: %v", err)
	}
}

// All kinds of clients are measured, in processes that end; without a server the rows are left out.
func TestRedisCosts(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err == nil {
		s := &session{ctx: t.Context(), rounds: redisShare}
		costs, err := s.redisCosts()
		if err != nil {
			t.Fatal(err)
		}
		for kind, c := range costs {
			if len(c.cpu) != 1 || c.cpu[0] <= 0 || c.allocations[0] <= 0 || c.bytes[0] <= 0 {
				t.Errorf("%s: %+v", kind, c)
			}
		}
	}
	t.Setenv("PATH", t.TempDir())
	var out *leftOutError
	if _, err := (&session{ctx: t.Context()}).redisCosts(); !errors.As(err, &out) {
		t.Errorf("without a server: %v", err)
	}
}
