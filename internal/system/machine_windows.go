package system

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var globalMemoryStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")

// memoryStatus is MEMORYSTATUSEX.
type memoryStatus struct {
	length        uint32
	load          uint32
	total         uint64 // of physical memory
	available     uint64
	totalPage     uint64
	availablePage uint64
	totalVirtual  uint64
	freeVirtual   uint64
	freeExtended  uint64
}

// machineMemory returns the bytes of memory of the machine.
func machineMemory() (uint64, error) {
	var s memoryStatus
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, err := globalMemoryStatus.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return 0, err
	}
	return s.total, nil
}
