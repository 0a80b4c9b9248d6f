//go:build !linux

package otelsetup

import (
	"math"
	"runtime/metrics"
)

// newUsageReader returns what can be known without /proc: the memory that the
// Go runtime has from the operating system, and the CPU time.
func newUsageReader() func() usage {
	return func() usage {
		u := usage{resident: runtimeMemory(), memory: math.NaN()}
		if seconds := cpuSeconds(); !math.IsNaN(seconds) {
			u.cpu = []cpuTime{{"process", seconds, processors()}}
		}
		return u
	}
}

func runtimeMemory() float64 {
	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	for _, s := range samples {
		if s.Value.Kind() != metrics.KindUint64 {
			return math.NaN()
		}
	}
	return float64(samples[0].Value.Uint64()) - float64(samples[1].Value.Uint64())
}
