package health

import (
	"context"
	"math"

	"github.com/otelkv/otelkv/internal/system"
)

// Disk checks the filesystem that holds path: its blocks as df computes their
// use, so that those reserved for root count as neither used nor free, and its
// inodes; the fuller counts. A filesystem without a size, such as proc, is never
// full. One that hangs makes the check unknown and holds up nothing else. It
// says the name and "full": "disk full".
//
// Nil limits are the defaults: it warns above objective.DiskFilling, fails above
// objective.DiskUsed. Where the system does not tell, it warns.
func Disk(name, path string, limits *Limits) Check {
	return Utilization(name, func(context.Context) (float64, error) {
		disk, err := system.ReadDisk(path)
		share := disk.Share()
		if math.IsNaN(share) {
			share = 0
		}
		return share, err
	}, limits)
}
