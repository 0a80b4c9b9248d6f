package otelsetup

import (
	"math"
	"runtime"
)

// usage is one reading of what the process uses. NaN is unknown.
type usage struct {
	resident float64   // bytes
	memory   float64   // used share of the tightest limit, 0 to 1
	cpu      []cpuTime // every limit that holds, or the process on its processors
}

// cpuTime is how much CPU a group of processes has used so far, and how much it
// may use.
type cpuTime struct {
	group    string  // tells the groups of two readings apart
	used     float64 // seconds since some start
	capacity float64 // CPUs
}

// cpuShare returns the used share of the tightest limit between two readings
// that are the given seconds apart, NaN when no group is in both.
func cpuShare(before, after []cpuTime, seconds float64) float64 {
	share := math.NaN()
	for _, b := range before {
		for _, a := range after {
			if a.group != b.group || a.used < b.used || a.capacity <= 0 || seconds <= 0 {
				continue
			}
			share = tightest(share, (a.used-b.used)/(a.capacity*seconds))
		}
	}
	return clamp(share)
}

// tightest returns the higher of two shares of which either may be unknown.
func tightest(a, b float64) float64 {
	if math.IsNaN(a) || b > a {
		return b
	}
	return a
}

// clamp keeps a share within 0 and 1: bursts and the clock's grain can carry it
// a little beyond.
func clamp(share float64) float64 {
	return max(0, min(1, share)) // both keep NaN
}

// processors returns how many CPUs the process can keep busy.
func processors() float64 {
	return float64(min(runtime.GOMAXPROCS(0), runtime.NumCPU()))
}
