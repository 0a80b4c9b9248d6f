package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// A directory is where the store lies.
type directory struct {
	path      string
	temporary bool
}

// remove removes a temporary directory and leaves one of the user alone.
func (d directory) remove() error {
	if !d.temporary {
		return nil
	}
	return os.RemoveAll(d.path)
}

// openStore opens a Pebble store, in a temporary directory when path is empty.
// Its namespace is the same in every directory, so that graphs go on.
func openStore(path string) (*kvpebble.Store, directory, error) {
	dir := directory{path: path}
	if path == "" {
		made, err := os.MkdirTemp("", "otelkv-quickstart-")
		if err != nil {
			return nil, dir, fmt.Errorf("%w: set TMPDIR to a directory that can be written to, or name one with -dir", err)
		}
		dir = directory{path: made, temporary: true}
	}
	store, err := kvpebble.Open(dir.path, &kvpebble.Options{Namespace: "quickstart"})
	if err != nil {
		return nil, dir, errors.Join(openError(dir.path, err), dir.remove())
	}
	return store, dir, nil
}

// openError says what to do about a store that does not open.
func openError(path string, err error) error {
	advice := "name a directory that can be written to with -dir"
	switch {
	case errors.Is(err, kvdb.ErrUnavailable):
		advice = "stop the other process, or name another directory with -dir"
	case errors.Is(err, kvdb.ErrCorruption):
		advice = "the files are as they were; restore them from a backup, or name another directory with -dir"
	}
	return fmt.Errorf("cannot open the store in %s: %w: %s", path, err, advice)
}
