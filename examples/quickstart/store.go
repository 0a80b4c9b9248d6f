package main

import (
	"errors"
	"fmt"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// openStore opens a Pebble store, in a temporary directory when path is empty.
// Its namespace is the same in every directory, so that graphs go on.
func openStore(path string) (*kvpebble.Store, program.Directory, error) {
	dir, err := program.OpenDirectory(path, "otelkv-quickstart-")
	if err != nil {
		return nil, dir, err
	}
	store, err := kvpebble.Open(dir.Path, &kvpebble.OpenOptions{Namespace: "quickstart"})
	if err != nil {
		return nil, dir, errors.Join(openError(dir.Path, err), dir.Remove())
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
