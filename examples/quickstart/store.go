package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// An engine is what -engine names.
type engine struct {
	name string
	open func(dir string) (*fault.Store, error)
}

// namespace is the same in every directory, so that graphs go on.
const namespace = "quickstart"

// garbageInterval is how often Badger's value log is looked at.
const garbageInterval = time.Minute

var engines = []engine{
	{"pebble", func(dir string) (*fault.Store, error) {
		return fault.OpenPebble(dir, &kvpebble.OpenOptions{Namespace: namespace}, true)
	}},
	{"bolt", func(dir string) (*fault.Store, error) {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, err
		}
		return fault.OpenBolt(filepath.Join(dir, "quickstart.db"), &kvbolt.OpenOptions{Namespace: namespace}, true)
	}},
	{"badger", func(dir string) (*fault.Store, error) {
		return fault.OpenBadger(dir, &kvbadger.OpenOptions{Namespace: namespace, GarbageInterval: garbageInterval}, true)
	}},
}

func engineNames() string {
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = e.name
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func engineNamed(name string) (engine, error) {
	for _, e := range engines {
		if e.name == name {
			return e, nil
		}
	}
	return engine{}, fmt.Errorf("-engine: this program has no engine %q: use %s", name, engineNames())
}

// openStore opens a store, in a temporary directory when path is empty. It can fail on
// purpose.
func openStore(e engine, path string) (*fault.Store, program.Directory, error) {
	dir, err := program.OpenDirectory(path, "otelkv-quickstart-")
	if err != nil {
		return nil, dir, err
	}
	store, err := e.open(dir.Path)
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
