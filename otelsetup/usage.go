package otelsetup

import (
	"math"
	"time"

	"github.com/otelkv/otelkv/internal/system"
)

// usage is one reading of what the process uses. NaN is unknown.
type usage struct {
	resident float64 // bytes
	memory   float64 // used share of the tightest limit, 0 to 1
	cpu      system.CPU
}

// usageOf returns the function that reads a machine.
func usageOf(machine system.Machine) func() usage {
	return func() usage {
		u := usage{resident: math.NaN(), memory: math.NaN()}
		if resident, err := machine.Resident(); err == nil {
			u.resident = float64(resident)
		}
		if memory, err := machine.Memory(); err == nil {
			u.memory = memory.Share()
		}
		if cpu, err := machine.CPU(); err == nil {
			u.cpu = cpu
		}
		return u
	}
}

// shareOfCPU returns the used share of the tightest limit since an older reading,
// NaN when it is unknown.
func (u usage) shareOfCPU(before usage, elapsed time.Duration) float64 {
	if share, ok := u.cpu.Share(before.cpu, elapsed); ok {
		return share
	}
	return math.NaN()
}
