package kvpebble

import (
	"cmp"
	"errors"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/otelkv/otelkv/kvdb"
)

// Options configure a [Store]. Nil options mean the defaults. Neither they nor
// what they point to is changed or kept.
type Options struct {
	// Namespace tells this database from others in telemetry. By default, the
	// base name of the directory, or "pebble" for a handle whose directory is
	// not known.
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

	// Pebble are the engine's options, for Open only. An EventListener is called
	// besides the store's own. A logger is used, but Pebble's fatal errors come
	// back as errors of the write that failed if its Fatalf returns. The keys
	// must be in bytewise order, so a Comparer of another order is refused. By
	// default, Pebble's defaults and no log lines.
	Pebble *pebble.Options

	// Dir is the directory of a handle that New borrows, which Pebble does not
	// tell. It is used for the namespace and for the utilisation of its
	// filesystem, which must be the operating system's. For New only. By
	// default, the directory is not known.
	Dir string

	// Events are the counts of a listener that is installed in a handle that New
	// borrows. For New only. By default, there are no statistics of write
	// stalls and flushes, and writes to a full disk may wait.
	Events *Events
}

var (
	errNilDB    = errors.New("the database handle is nil")
	errNoDir    = errors.New("the directory is empty")
	errPebble   = errors.New("Options.Pebble is for Open: a borrowed handle has its options")
	errDir      = errors.New("Options.Dir is for New: Open has its own directory")
	errEvents   = errors.New("Options.Events is for New: Open has its own listener")
	errComparer = errors.New("Options.Pebble.Comparer is not in bytewise order")
	errNoWAL    = errors.New("Options.Pebble.DisableWAL needs Options.NoSync: without a log no write can be durable")
)

// forNew fills the defaults for New and lists every problem at once.
func (o *Options) forNew(db *pebble.DB) (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	var problems []error
	if db == nil {
		problems = append(problems, errNilDB)
	}
	if c.Pebble != nil {
		problems = append(problems, errPebble)
	}
	if c.Namespace == "" {
		c.Namespace = "pebble"
		if c.Dir != "" {
			c.Namespace = baseName(c.Dir)
		}
	}
	return c, invalid("new", problems)
}

// forOpen fills the defaults for Open and lists every problem at once. The
// engine's options in the result are a copy.
func (o *Options) forOpen(dir string) (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	var problems []error
	if dir == "" {
		problems = append(problems, errNoDir)
	}
	if c.Dir != "" {
		problems = append(problems, errDir)
	}
	if c.Events != nil {
		problems = append(problems, errEvents)
	}
	c.Pebble = c.Pebble.Clone()
	if cmp := c.Pebble.Comparer; cmp != nil && cmp.Name != pebble.DefaultComparer.Name {
		problems = append(problems, errComparer)
	}
	if c.Pebble.DisableWAL && !c.NoSync {
		problems = append(problems, errNoWAL)
	}
	c.Dir = dir
	c.Namespace = cmp.Or(c.Namespace, baseName(dir))
	c.Events = NewEvents()
	return c, invalid(opOpen, problems)
}

func invalid(op string, problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument, Err: errors.Join(problems...)}
}

// baseName returns the last element of dir; "." is a directory with a name,
// too.
func baseName(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}

// filesystem returns what the engine keeps its files on.
func (o *Options) filesystem() vfs.FS {
	if o.Pebble != nil && o.Pebble.FS != nil {
		return o.Pebble.FS
	}
	return vfs.Default
}
