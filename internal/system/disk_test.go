package system_test

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/otelkv/otelkv/internal/system"
)

func TestDiskShare(t *testing.T) {
	for name, tc := range map[string]struct {
		disk   system.Disk
		want   float64
		usable uint64
	}{
		"no size":                        {system.Disk{}, math.NaN(), 0},
		"empty":                          {system.Disk{Size: 100, Free: 100, Available: 100}, 0, 100},
		"half":                           {system.Disk{Size: 100, Free: 50, Available: 50}, 0.5, 100},
		"full":                           {system.Disk{Size: 100}, 1, 100},
		"reserved blocks are not free":   {system.Disk{Size: 100, Free: 5}, 1, 95},
		"reserved blocks are not used":   {system.Disk{Size: 100, Free: 24, Available: 19}, 0.8, 95},
		"inodes":                         {system.Disk{Size: 100, Free: 90, Available: 90, Inodes: 10, FreeInodes: 1}, 0.9, 100},
		"fewer inodes than bytes in use": {system.Disk{Size: 100, Free: 50, Available: 50, Inodes: 10, FreeInodes: 9}, 0.5, 100},
		"all inodes used":                {system.Disk{Size: 100, Free: 90, Available: 90, Inodes: 10}, 1, 100},
		"more free than there is":        {system.Disk{Size: 100, Free: 120, Available: 120, Inodes: 1, FreeInodes: 2}, 0, 120},
	} {
		if got := tc.disk.Share(); !near(got, tc.want) && !(math.IsNaN(got) && math.IsNaN(tc.want)) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
		if got := tc.disk.Usable(); got != tc.usable {
			t.Errorf("%s: %d usable, want %d", name, got, tc.usable)
		}
	}
}

func TestReadDisk(t *testing.T) {
	d, err := system.ReadDisk(t.TempDir())
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil || d.Size == 0 || d.Available > d.Free || d.Free > d.Size || !(d.Share() >= 0 && d.Share() <= 1) {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := system.ReadDisk(filepath.Join(t.TempDir(), "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is missing: %v", err)
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		if d, err := system.ReadDisk("/proc"); err != nil || !math.IsNaN(d.Share()) {
			t.Errorf("a filesystem without a size: %+v, %v", d, err)
		}
	}
}
