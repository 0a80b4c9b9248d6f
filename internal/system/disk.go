package system

import (
	"fmt"
	"math"
)

// Disk is a filesystem.
type Disk struct {
	Size      uint64 // bytes
	Free      uint64 // bytes, those that are reserved for root among them
	Available uint64 // bytes that are free to everybody

	Inodes     uint64 // 0 without a limit to them
	FreeInodes uint64
}

// ReadDisk returns the filesystem that holds path. It returns
// errors.ErrUnsupported where the system does not tell.
func ReadDisk(path string) (Disk, error) {
	d, err := readDisk(path)
	if err != nil {
		return Disk{}, fmt.Errorf("disk of %s: %w", path, err)
	}
	return d, nil
}

// Usable returns the bytes that are in use or available: what is reserved for
// root is neither.
func (d Disk) Usable() uint64 { return minus(d.Size, d.Free) + d.Available }

// Share returns the used share, from 0 to 1: that of the bytes as df has it, or
// that of the inodes if it is higher. It is NaN for a filesystem without a size,
// such as proc.
func (d Disk) Share() float64 {
	if d.Size == 0 && d.Available == 0 {
		return math.NaN()
	}
	return max(share(minus(d.Size, d.Free), d.Available), share(minus(d.Inodes, d.FreeInodes), d.FreeInodes))
}

// share returns the used share of used and free things, 0 of none.
func share(used, free uint64) float64 {
	if used == 0 {
		return 0
	}
	return float64(used) / (float64(used) + float64(free))
}
