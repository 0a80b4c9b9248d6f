package kvpebble

import (
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/objstorage"
)

// tableFile is the type of a file for which Pebble tells a path; it keeps the
// names of types to itself.
const tableFile = 2

// directoryOf returns the directory of a handle, or nothing when it is not one of
// the operating system's.
func directoryOf(db *pebble.DB) (dir string) {
	// What it stands on is not meant for others, and may change.
	defer func() {
		if recover() != nil {
			dir = ""
		}
	}()
	dir = filepath.Dir(db.ObjProvider().Path(objstorage.ObjectMetadata{FileType: tableFile}))
	// A database in memory has a directory of that name, too, but no lock in it.
	if _, err := os.Stat(filepath.Join(dir, "LOCK")); err != nil {
		return ""
	}
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs // for a program that changes its working directory
	}
	return dir
}
