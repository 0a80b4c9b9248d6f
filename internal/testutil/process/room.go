package process

import (
	"fmt"
	"os"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// noRoom says of the disk for temporary files what tooFull does.
func noRoom() string {
	dir := os.TempDir()
	disk, err := system.ReadDisk(dir)
	if err != nil {
		return "" // whether it is full is not known, and the programs do not know it either
	}
	return tooFull(dir, disk)
}

// tooFull says why programs cannot be tested with their data in dir, which disk holds, or
// nothing. They are not ready on a disk that is nearly full, as they should, and a test would
// wait a minute for that.
func tooFull(dir string, disk system.Disk) string {
	used := disk.Share()
	if !(used > objective.DiskUsed) {
		return ""
	}
	return fmt.Sprintf("the disk of %s is %.0f %% full, and above %.0f %% no program says that it is ready: make room on it, or name a directory on another in TMPDIR",
		dir, 100*used, 100*objective.DiskUsed)
}
