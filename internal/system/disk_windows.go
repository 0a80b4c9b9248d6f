package system

import "golang.org/x/sys/windows"

func readDisk(path string) (d Disk, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return Disk{}, err
	}
	err = windows.GetDiskFreeSpaceEx(name, &d.Available, &d.Size, &d.Free)
	// A quota of the user's lowers the size, not the bytes that are free.
	d.Free = min(d.Free, d.Size)
	return d, err
}
