package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// An engine is what -engine names.
type engine struct {
	name    string
	files   bool // it keeps files in a directory
	expires bool // keys that are given a time
	remote  bool // it is a server, and has the data
	open    func(context.Context, openOptions) (*fault.Store, error)

	// divide tells what the engine makes of its memory, and is nil if it has none: a cache,
	// and tables, all of which are as much as the rest when they are full.
	divide func(memory int) (cache, table int)
	inGo   bool // that memory is Go's

	leastMemory int // where it needs more than a server does without it

	// Files that it has open: it needs the one, and more than the other is no use.
	leastFiles, mostFiles int
}

// inMemory reports whether the data is in the memory of this process.
func (e engine) inMemory() bool { return !e.files && !e.remote }

type openOptions struct {
	dir    string
	sync   bool
	has    capacity
	target program.Target
}

// otherConnections are those to a Redis server that are not of the pool for single commands:
// for batches, and to watch the primary and its replicas.
const otherConnections = 20

// namespace is the same in every directory, so that graphs go on.
const namespace = "kvserver"

var engines = []engine{
	{name: "pebble", files: true, divide: dividePebble, inGo: !cgo, leastFiles: 80, mostFiles: 1000, open: func(_ context.Context, o openOptions) (*fault.Store, error) {
		returnLarge()
		return fault.OpenPebble(o.dir, &kvpebble.OpenOptions{Namespace: namespace, NoSync: !o.sync, Pebble: pebbleOptions(o.has)}, false)
	}},
	{name: "bolt", files: true, leastFiles: 8, mostFiles: 8, open: func(_ context.Context, o openOptions) (*fault.Store, error) {
		if err := os.MkdirAll(o.dir, 0o750); err != nil {
			return nil, err
		}
		return fault.OpenBolt(filepath.Join(o.dir, "kvserver.db"), &kvbolt.OpenOptions{Namespace: namespace, NoSync: !o.sync}, false)
	}},
	{name: "badger", files: true, divide: divideBadger, inGo: true, leastMemory: leastBadgerMemory, expires: true, leastFiles: 80, mostFiles: 1000, open: func(_ context.Context, o openOptions) (*fault.Store, error) {
		return fault.OpenBadger(o.dir, &kvbadger.OpenOptions{
			Namespace: namespace, NoSync: !o.sync, GarbageInterval: rewriteAfter, GarbageShare: maxGarbage, Badger: badgerOptions(o.has),
		}, false)
	}},
	{name: "memory", open: func(context.Context, openOptions) (*fault.Store, error) {
		return fault.New(kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: namespace}), "memory", false), nil
	}},
	{name: "redis", remote: true, expires: true, leastFiles: 40, mostFiles: 120, open: func(ctx context.Context, o openOptions) (*fault.Store, error) {
		return fault.OpenRedis(ctx, o.target, namespace, o.has.files-otherConnections)
	}},
}

func engineNames() string {
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = e.name
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// noExpiry names the engines whose keys stay, and noFiles those without a directory.
func noExpiry() string { return without(func(e engine) bool { return e.expires }, ", ") }
func noFiles() string  { return without(func(e engine) bool { return e.files }, " and ") }

func without(has func(engine) bool, between string) string {
	var names []string
	for _, e := range engines {
		if !has(e) {
			names = append(names, e.name)
		}
	}
	return strings.Join(names, between)
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
