package health

import (
	"fmt"
	"syscall"
	"unsafe"
)

var getDiskFreeSpace = syscall.NewLazyDLL("kernel32.dll").NewProc("GetDiskFreeSpaceExW")

func readDisk(path string) (diskUsage, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return diskUsage{}, fmt.Errorf("disk of %s: %w", path, err)
	}
	var available, total, free uint64
	ok, _, err := getDiskFreeSpace.Call(uintptr(unsafe.Pointer(name)),
		uintptr(unsafe.Pointer(&available)), uintptr(unsafe.Pointer(&total)), uintptr(unsafe.Pointer(&free)))
	if ok == 0 {
		return diskUsage{}, fmt.Errorf("disk of %s: %w", path, err)
	}
	return diskUsage{blocks: total, free: free, available: available}, nil
}
