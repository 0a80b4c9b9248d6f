package pprofx

import (
	"math"

	"github.com/otelkv/otelkv/internal/system"
)

// memoryOf returns the function that reads the used share of a machine's memory,
// NaN when it is unknown.
func memoryOf(machine system.Machine) func() float64 {
	return func() float64 {
		m, err := machine.Memory()
		if err != nil {
			return math.NaN()
		}
		return m.Share()
	}
}
