package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// An engine is what -engine names.
type engine struct {
	name    string
	files   bool // it keeps files in a directory
	caches  bool // blocks, in memory that is not Go's
	expires bool // keys that are given a time
	open    func(openOptions) (*fault.Store, error)

	// Files that it has open: it needs the one, and more than the other is no use.
	leastFiles, mostFiles int
}

type openOptions struct {
	dir  string
	sync bool
	has  capacity
}

// namespace is the same in every directory, so that graphs go on.
const namespace = "kvserver"

var engines = []engine{
	{name: "pebble", files: true, caches: true, leastFiles: 80, mostFiles: 1000, open: func(o openOptions) (*fault.Store, error) {
		returnLarge()
		return fault.OpenPebble(o.dir, &kvpebble.OpenOptions{Namespace: namespace, NoSync: !o.sync, Pebble: pebbleOptions(o.has)}, false)
	}},
	{name: "bolt", files: true, leastFiles: 8, mostFiles: 8, open: func(o openOptions) (*fault.Store, error) {
		if err := os.MkdirAll(o.dir, 0o750); err != nil {
			return nil, err
		}
		return fault.OpenBolt(filepath.Join(o.dir, "kvserver.db"), &kvbolt.OpenOptions{Namespace: namespace, NoSync: !o.sync}, false)
	}},
	{name: "badger", files: true, caches: true, expires: true, leastFiles: 80, mostFiles: 1000, open: func(o openOptions) (*fault.Store, error) {
		return fault.OpenBadger(o.dir, &kvbadger.OpenOptions{
			Namespace: namespace, NoSync: !o.sync, GarbageInterval: rewriteAfter, GarbageShare: maxGarbage, Badger: badgerOptions(o.has),
		}, false)
	}},
	{name: "memory", open: func(openOptions) (*fault.Store, error) {
		return fault.New(kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: namespace}), "memory", false), nil
	}},
}

func engineNames() string {
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = e.name
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// noExpiry names the engines whose keys stay.
func noExpiry() string {
	var names []string
	for _, e := range engines {
		if !e.expires {
			names = append(names, e.name)
		}
	}
	return strings.Join(names, ", ")
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
