package system

import "golang.org/x/sys/unix"

// machineMemory returns the bytes of memory of the machine.
func machineMemory() (uint64, error) { return unix.SysctlUint64("hw.memsize") }
