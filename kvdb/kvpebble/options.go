package kvpebble

import (
	"cmp"
	"errors"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// Options configure a [Store] on a handle that [New] borrows. Nil options mean
// the defaults. Neither they nor what they point to is changed or kept.
type Options struct {
	// Namespace tells this database from others in telemetry. By default, the
	// base name of the directory, or "pebble" for a handle that does not tell it.
	Namespace string

	// NoSync is that of [OpenOptions].
	NoSync bool

	// Dir is the directory of the handle. It is used for the namespace and for
	// the utilisation of its filesystem, which must be the operating system's. By
	// default, the one that the handle tells, if it is there.
	Dir string

	// Events are the counts of a listener that is installed in the handle. By
	// default, there are no statistics of flushes, those of stalls are of writes
	// through this store that have returned, and writes to a full disk may wait.
	Events *Events
}

// OpenOptions configure a [Store] that [Open] opens. Nil options mean the
// defaults. Neither they nor what they point to is changed or kept.
type OpenOptions struct {
	// Namespace tells this database from others in telemetry. By default, the
	// base name of the directory.
	Namespace string

	// NoSync acknowledges a write before it is on the disk: with pebble.NoSync
	// in place of pebble.Sync. It saves one fsync a write (50 µs to 10 ms, shared
	// by writes that run at the same time). A crash of the process then loses
	// the last few milliseconds of acknowledged writes, since Pebble hands its
	// log to the operating system in the background, and a crash of the machine
	// those of up to half a minute or more. Writes are lost from the end: what
	// survives is a state that the store has had. By default, every write that
	// was acknowledged is durable.
	NoSync bool

	// Events are the counts of the store, for a program that tells them of a disk
	// that is slow itself, since Pebble.FS is its own: what
	// vfs.WithDiskHealthChecks sees goes to DiskSlow of a listener of theirs. An Events
	// serves one store. By default, the store has its own.
	Events *Events

	// Pebble are the engine's options. An EventListener is called besides the
	// store's own. A logger is used, but Pebble's fatal errors come
	// back as errors of the write that failed if its Fatalf returns. The keys
	// must be in bytewise order, so a Comparer of another order is refused; one
	// with a Split of its own is fine. By default, Pebble's defaults, no log lines, and a larger block cache, see
	// [DefaultCacheSize].
	Pebble *pebble.Options
}

var (
	errNilDB    = errors.New("the database handle is nil")
	errNoDir    = errors.New("the directory is empty")
	errComparer = errors.New("OpenOptions.Pebble.Comparer is not in bytewise order, which scans need: its Compare has to agree with bytes.Compare")
	errOrder    = errors.New("the keys of the handle are not in bytewise order, which scans need: " +
		"the Compare of the Comparer that it was opened with has to agree with bytes.Compare")
	errNoWAL = errors.New("OpenOptions.Pebble.DisableWAL needs OpenOptions.NoSync: without a log no write can be durable")
)

// A config is what a store is made with.
type config struct {
	namespace string
	noSync    bool
	dir       string
	fs        vfs.FS
	events    *Events
}

// config fills the defaults and lists every problem at once.
func (o *Options) config(db *pebble.DB) (*config, error) {
	if o == nil {
		o = new(Options)
	}
	if db == nil {
		return nil, invalid(opNew, []error{errNilDB})
	}
	if !hasBytewiseOrder(db) {
		return nil, invalid(opNew, []error{errOrder})
	}
	c := &config{noSync: o.NoSync, dir: o.Dir, fs: vfs.Default, events: o.Events}
	if c.dir == "" {
		c.dir = directoryOf(db)
	}
	c.namespace = cmp.Or(o.Namespace, baseName(c.dir), "pebble")
	return c, nil
}

// config fills the defaults and lists every problem at once. The engine's
// options in the result are a copy.
func (o *OpenOptions) config(dir string) (*config, *pebble.Options, error) {
	if o == nil {
		o = new(OpenOptions)
	}
	var problems []error
	if dir == "" {
		problems = append(problems, errNoDir)
	}
	p := o.Pebble.Clone()
	if c := p.Comparer; c != nil && c != pebble.DefaultComparer && !isBytewise(c) {
		problems = append(problems, errComparer)
	}
	if p.DisableWAL && !o.NoSync {
		problems = append(problems, errNoWAL)
	}
	setCache(p)
	c := &config{
		namespace: cmp.Or(o.Namespace, baseName(dir)),
		noSync:    o.NoSync,
		dir:       dir,
		fs:        vfs.Default,
		events:    cmp.Or(o.Events, NewEvents()),
	}
	if p.FS != nil {
		c.fs = p.FS
	}
	return c, p, invalid(opOpen, problems)
}

func invalid(op string, problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument, Err: errors.Join(problems...)}
}

// baseName returns the last element of dir, and nothing of nothing; "." is a
// directory with a name, too.
func baseName(dir string) string {
	if dir == "" {
		return ""
	}
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}
