//go:build !linux

package system

import (
	"runtime"
	"runtime/metrics"
)

// local returns a machine without control groups: the Go runtime's memory
// against the machine's, and the process on its processors.
func local() Machine {
	return Machine{
		resident: runtimeMemory,
		memory: func() (Memory, error) {
			used, err := runtimeMemory()
			if err != nil {
				return Memory{}, err
			}
			limit, err := machineMemory()
			return Memory{used, limit}, err
		},
		cpu: func() (CPU, error) {
			used, err := processTime()
			if err != nil {
				return nil, err
			}
			n := min(runtime.GOMAXPROCS(0), runtime.NumCPU())
			return CPU{{Of: "process", Used: used, Capacity: float64(n)}}, nil
		},
	}
}

// runtimeMemory returns the bytes that the Go runtime has from the system.
func runtimeMemory() (uint64, error) {
	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	for _, s := range samples {
		if s.Value.Kind() != metrics.KindUint64 {
			return 0, unsupported()
		}
	}
	return minus(samples[0].Value.Uint64(), samples[1].Value.Uint64()), nil
}
