//go:build !linux && !darwin && !windows

package system

func machineMemory() (uint64, error) { return 0, unsupported() }
