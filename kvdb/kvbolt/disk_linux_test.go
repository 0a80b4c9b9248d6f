package kvbolt_test

import (
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/testutil/tmpfs"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
)

// The statistic is the share that a probe of the disk judges: a disk without room
// for another file is full, however many bytes are free.
func TestDiskUtilization(t *testing.T) {
	dir := tmpfs.Mount(t, "size=64m,nr_inodes=4")
	s, err := kvbolt.Open(filepath.Join(dir, "db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	disk, err := system.ReadDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	values, _ := readStats(t, s)
	if got := values[kvdb.StatDiskUtilization]; got != disk.Share() || got < 0.5 {
		t.Errorf("%v, want %v of %+v", got, disk.Share(), disk)
	}
}
