package health

import (
	"context"

	"github.com/otelkv/otelkv/monitoring/objective"
)

// diskWarn lies half-way between any resource's limit and the disk's.
const diskWarn = (objective.Saturation + objective.DiskUsed) / 2

// Disk checks the filesystem that holds path: its blocks as df computes their
// use, so that those reserved for root count as neither used nor free, and its
// inodes; the fuller counts. A filesystem without a size, such as proc, is never
// full. One that hangs makes the check unknown and holds up nothing else. It
// says the name and "full": "disk full".
//
// Nil limits are the defaults: it warns above 80 %, fails above
// objective.DiskUsed. Where the system does not tell, it warns.
func Disk(name, path string, limits *Limits) Check {
	return Utilization(name, func(context.Context) (float64, error) {
		u, err := readDisk(path)
		return u.share(), err
	}, limits)
}

// diskUsage is what statfs tells. Zero inodes are a filesystem without a limit
// to them.
type diskUsage struct {
	blocks, free, available uint64 // available are the free ones that are not reserved
	inodes, freeInodes      uint64
}

func (u diskUsage) share() float64 {
	used := sub(u.blocks, u.free)
	return max(ratio(used, u.available), ratio(sub(u.inodes, u.freeInodes), u.freeInodes))
}

// ratio returns the used share of used and free things, 0 of none.
func ratio(used, free uint64) float64 {
	if used == 0 {
		return 0
	}
	return float64(used) / (float64(used) + float64(free))
}

// sub is a - b where filesystems that count badly do not wrap round.
func sub(a, b uint64) uint64 { return a - min(a, b) }
