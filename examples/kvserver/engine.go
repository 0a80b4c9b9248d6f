package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// An engine is what -engine names.
type engine struct {
	name  string
	files bool // it keeps files in a directory
	open  func(dir string, sync bool) (kvdb.Store, error)
}

// namespace is the same in every directory, so that graphs go on.
const namespace = "kvserver"

var engines = []engine{
	{name: "pebble", files: true, open: func(dir string, sync bool) (kvdb.Store, error) {
		return kvpebble.Open(dir, &kvpebble.OpenOptions{Namespace: namespace, NoSync: !sync})
	}},
	{name: "bolt", files: true, open: func(dir string, sync bool) (kvdb.Store, error) {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, err
		}
		return kvbolt.Open(filepath.Join(dir, "kvserver.db"), &kvbolt.OpenOptions{Namespace: namespace, NoSync: !sync})
	}},
	{name: "memory", open: func(string, bool) (kvdb.Store, error) {
		return kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: namespace}), nil
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

// openError says what to do about a store that does not open.
func openError(name, path string, err error) error {
	advice := "name a directory that can be written to with -dir"
	switch {
	case errors.Is(err, kvdb.ErrUnavailable):
		advice = "stop the other process, or name another directory with -dir"
	case errors.Is(err, kvdb.ErrCorruption):
		advice = "the files are as they were; restore them from a backup, or name another directory with -dir"
	}
	return fmt.Errorf("cannot open the %s store in %s: %w: %s", name, path, err, advice)
}
