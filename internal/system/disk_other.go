//go:build !linux && !darwin && !windows

package system

func readDisk(string) (Disk, error) { return Disk{}, unsupported() }
