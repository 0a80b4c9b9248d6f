package fault

import (
	"sync/atomic"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Files of Pebble, as it marks them.
const (
	logCategory   = "pebble-wal"
	flushCategory = "pebble-memtable-flush"
	listCategory  = "pebble-manifest" // which files there are; the end of a flush
)

// A disk is the filesystem below Pebble: the operating system's, with what can be wrong
// with it.
type disk struct {
	vfs.FS
	logFails atomic.Bool            // the write-ahead log cannot be written
	slow     atomic.Pointer[func()] // a flush waits in it
}

// Create implements vfs.FS.
func (d *disk) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.Create(name, category)
	return d.file(f, category), err
}

// ReuseForWrite implements vfs.FS.
func (d *disk) ReuseForWrite(oldName, newName string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.ReuseForWrite(oldName, newName, category)
	return d.file(f, category), err
}

// Unwrap implements vfs.FS.
func (d *disk) Unwrap() vfs.FS { return d.FS }

func (d *disk) file(f vfs.File, category vfs.DiskWriteCategory) vfs.File {
	switch {
	case f == nil:
		return nil
	case category == logCategory:
		return logFile{f, d}
	case category == flushCategory, category == listCategory:
		return flushFile{f, d}
	}
	return f
}

// A logFile is one of the write-ahead log.
type logFile struct {
	vfs.File
	disk *disk
}

// Write implements vfs.File.
func (f logFile) Write(p []byte) (int, error) {
	if f.disk.logFails.Load() {
		return 0, syscall.EIO
	}
	return f.File.Write(p)
}

// A flushFile is one that a flush writes. One of nothing but deletes writes no table.
type flushFile struct {
	vfs.File
	disk *disk
}

// Sync implements vfs.File.
func (f flushFile) Sync() error {
	if slow := f.disk.slow.Load(); slow != nil {
		(*slow)()
	}
	return f.File.Sync()
}
