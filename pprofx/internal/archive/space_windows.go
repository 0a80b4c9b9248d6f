package archive

import (
	"fmt"
	"syscall"
	"unsafe"
)

var getDiskFreeSpace = syscall.NewLazyDLL("kernel32.dll").NewProc("GetDiskFreeSpaceExW")

func diskSpace(dir string) (available, total uint64, err error) {
	name, err := syscall.UTF16PtrFromString(dir)
	if err != nil {
		return 0, 0, fmt.Errorf("disk of %s: %w", dir, err)
	}
	ok, _, err := getDiskFreeSpace.Call(uintptr(unsafe.Pointer(name)),
		uintptr(unsafe.Pointer(&available)), uintptr(unsafe.Pointer(&total)), 0)
	if ok == 0 {
		return 0, 0, fmt.Errorf("disk of %s: %w", dir, err)
	}
	return available, total, nil
}
