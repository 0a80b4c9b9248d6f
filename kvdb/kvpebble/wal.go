package kvpebble

import (
	"errors"
	"io/fs"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// A walFS keeps a write-ahead log that cannot be written from Pebble, which
// would panic at the next writes, with its locks held, or end the process.
// The first error becomes the failure of the store, which no longer
// acknowledges any write. From then on the log on the disk stays as it is:
// what Pebble still writes goes nowhere, so that the next opening finds a log
// that ends, and not one with a hole.
type walFS struct {
	vfs.FS
	failure *failure
}

// walCategory marks the files of the log among those that Pebble creates.
const walCategory = "pebble-wal"

// Create implements vfs.FS.
func (w *walFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	create := func() (vfs.File, error) { return w.FS.Create(name, category) }
	if category != walCategory {
		return create()
	}
	return w.open(name, create)
}

// ReuseForWrite implements vfs.FS.
func (w *walFS) ReuseForWrite(oldName, newName string, category vfs.DiskWriteCategory) (vfs.File, error) {
	reuse := func() (vfs.File, error) { return w.FS.ReuseForWrite(oldName, newName, category) }
	if category != walCategory {
		return reuse()
	}
	return w.open(newName, reuse)
}

// open returns a log file from the disk, or one in memory after a failure. It is
// within the write that finds the log full that Pebble opens a new one, with a
// goroutine that watches the disk for as long as the file is open: that must not
// inherit the labels of the write.
func (w *walFS) open(name string, fromDisk func() (vfs.File, error)) (vfs.File, error) {
	if w.failure.get() == nil {
		var f vfs.File
		var err error
		kvdb.Unlabeled(func() { f, err = fromDisk() })
		if err == nil {
			return &walFile{File: f, failure: w.failure}, nil
		}
		w.failure.set(err)
	}
	f, err := vfs.NewMem().Create(w.PathBase(name), walCategory)
	if err != nil {
		return nil, err
	}
	return &walFile{File: f, failure: w.failure}, nil
}

// Remove implements vfs.FS. A log file in memory is not there to be removed.
func (w *walFS) Remove(name string) error {
	err := w.FS.Remove(name)
	if w.failure.get() != nil && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err
}

// Unwrap implements vfs.FS.
func (w *walFS) Unwrap() vfs.FS { return w.FS }

// A walFile is a file of the log. It has no errors for Pebble.
type walFile struct {
	vfs.File
	failure *failure
}

// do calls fn, which changes the file, unless the log has failed.
func (f *walFile) do(fn func() error) {
	if f.failure.get() == nil {
		if err := fn(); err != nil {
			f.failure.set(err)
		}
	}
}

// Write implements vfs.File.
func (f *walFile) Write(p []byte) (int, error) {
	f.do(func() error { _, err := f.File.Write(p); return err })
	return len(p), nil
}

// Sync implements vfs.File.
func (f *walFile) Sync() error {
	f.do(f.File.Sync)
	return nil
}

// SyncData implements vfs.File.
func (f *walFile) SyncData() error {
	f.do(f.File.SyncData)
	return nil
}

// SyncTo implements vfs.File.
func (f *walFile) SyncTo(length int64) (full bool, _ error) {
	f.do(func() (err error) { full, err = f.File.SyncTo(length); return err })
	return full, nil
}

// Close implements vfs.File.
func (f *walFile) Close() error {
	if err := f.File.Close(); err != nil {
		f.failure.set(err)
	}
	return nil
}
