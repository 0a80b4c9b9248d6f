// Package usage reads what the process uses of memory and CPU, in the background so
// that a scrape waits for no file system, and shows it as metrics.
package usage

import (
	"math"
	"time"

	"github.com/otelkv/otelkv/internal/system"
)

// A Reading is what the process uses at a time. NaN is unknown.
type Reading struct {
	Resident float64 // bytes
	Memory   float64 // used share of the tightest limit, 0 to 1
	CPU      system.CPU
}

// Of returns the function that reads a machine.
func Of(machine system.Machine) func() Reading {
	return func() Reading {
		u := Reading{Resident: math.NaN(), Memory: math.NaN()}
		if resident, err := machine.Resident(); err == nil {
			u.Resident = float64(resident)
		}
		if memory, err := machine.Memory(); err == nil {
			u.Memory = memory.Share()
		}
		if cpu, err := machine.CPU(); err == nil {
			u.CPU = cpu
		}
		return u
	}
}

// shareOfCPU returns the used share of the tightest limit since an older reading,
// NaN when it is unknown.
func (u Reading) shareOfCPU(before Reading, elapsed time.Duration) float64 {
	if share, ok := u.CPU.Share(before.CPU, elapsed); ok {
		return share
	}
	return math.NaN()
}
