package main

import (
	"context"
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
	name   string
	remote bool   // it is a server, which others may use, too
	prefix string // of its keys
	open   func(context.Context, openOptions) (*fault.Store, error)
}

type openOptions struct {
	dir    string
	target program.Target
}

// namespace is the same in every directory, so that graphs go on.
const namespace = "quickstart"

// garbageInterval is how often Badger's value log is looked at.
const garbageInterval = time.Minute

var engines = []engine{
	{name: "pebble", open: func(_ context.Context, o openOptions) (*fault.Store, error) {
		return fault.OpenPebble(o.dir, &kvpebble.OpenOptions{Namespace: namespace}, true)
	}},
	{name: "bolt", open: func(_ context.Context, o openOptions) (*fault.Store, error) {
		if err := os.MkdirAll(o.dir, 0o750); err != nil {
			return nil, err
		}
		return fault.OpenBolt(filepath.Join(o.dir, "quickstart.db"), &kvbolt.OpenOptions{Namespace: namespace}, true)
	}},
	{name: "badger", open: func(_ context.Context, o openOptions) (*fault.Store, error) {
		return fault.OpenBadger(o.dir, &kvbadger.OpenOptions{Namespace: namespace, GarbageInterval: garbageInterval}, true)
	}},
	// Others may have keys there. What braces have in common is one slot of a cluster.
	{name: "redis", remote: true, prefix: "{quickstart}:", open: func(ctx context.Context, o openOptions) (*fault.Store, error) {
		return fault.OpenRedis(ctx, o.target, namespace, 0)
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

// openStore opens the store, which can fail on purpose. The directory, a temporary one where
// the user has named none, has what is captured, and the store unless that is a server.
func (c config) openStore(ctx context.Context) (*fault.Store, program.Directory, error) {
	dir, err := program.OpenDirectory(c.dir, "otelkv-quickstart-")
	if err != nil {
		return nil, dir, err
	}
	store, err := c.engine.open(ctx, openOptions{dir.Path, c.target})
	if err != nil && !c.engine.remote {
		err = openError(dir.Path, err)
	}
	if err != nil {
		return nil, dir, errors.Join(err, dir.Remove())
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
