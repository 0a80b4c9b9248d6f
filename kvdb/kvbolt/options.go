package kvbolt

import (
	"cmp"
	"errors"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// Options configure a [Store]. Nil options mean the defaults. Neither they nor
// what they point to is changed or kept.
type Options struct {
	// Bucket is the bucket of the file that holds the store's keys. By default,
	// "kv".
	Bucket string

	// Namespace tells this database from others in telemetry. By default, the
	// base name of the file, or "bbolt" for a handle that does not tell it.
	Namespace string

	// NoSync acknowledges a write before it is on the disk. It saves two syncs a
	// transaction (50 µs to 10 ms each). A crash of the process then loses
	// nothing, but a crash of the machine can lose writes of the last half a
	// minute and can damage the whole file, as the operating system writes its
	// pages in any order. For Open only. By default, every write that was
	// acknowledged is durable.
	NoSync bool

	// Bolt are the engine's options, for Open only. A Timeout of 0, which lets
	// bbolt wait for the lock of the file without an end, means the default of
	// this package, one below 0 does not wait. A Logger gets lines with keys in
	// them at level debug. By default, bbolt's defaults, but for a Timeout of one
	// second and the faster kind of free list, FreelistMapType.
	Bolt *bolt.Options
}

const (
	defaultBucket  = "kv"
	defaultTimeout = time.Second
)

var (
	errNilDB      = errors.New("the database handle is nil")
	errNoPath     = errors.New("the path is empty")
	errBucketSize = errors.New("Options.Bucket is longer than a key can be, 32,768 bytes")
	errBolt       = errors.New("Options.Bolt is for Open: a borrowed handle has its options")
	errNoSync     = errors.New("Options.NoSync is for Open: a borrowed handle has a NoSync of its own")
	errBoltNoSync = errors.New("Options.Bolt.NoSync needs Options.NoSync: without it every write is durable")
	errPageSize   = errors.New("Options.Bolt.PageSize is no power of two from 1 KiB to 64 KiB")
)

// forNew fills the defaults for New and lists every problem at once.
func (o *Options) forNew(db *bolt.DB) (Options, error) {
	c, problems := o.common()
	if db == nil {
		problems = append(problems, errNilDB)
	} else {
		c.Namespace = cmp.Or(c.Namespace, baseName(db.Path()), "bbolt")
	}
	if c.Bolt != nil {
		problems = append(problems, errBolt)
	}
	if c.NoSync {
		problems = append(problems, errNoSync)
	}
	return c, invalid(opNew, problems)
}

// forOpen fills the defaults for Open and lists every problem at once. The
// engine's options in the result are a copy.
func (o *Options) forOpen(path string) (Options, error) {
	c, problems := o.common()
	if path == "" {
		problems = append(problems, errNoPath)
	}
	b := *bolt.DefaultOptions
	if c.Bolt != nil {
		b = *c.Bolt
	}
	c.Bolt = &b
	if b.NoSync && !c.NoSync {
		problems = append(problems, errBoltNoSync)
	}
	if p := b.PageSize; p != 0 && (p < 1<<10 || p > 1<<16 || p&(p-1) != 0) {
		problems = append(problems, errPageSize)
	}
	b.NoSync = c.NoSync
	b.Timeout = cmp.Or(b.Timeout, defaultTimeout)
	if b.FreelistType == "" || o == nil || o.Bolt == nil {
		b.FreelistType = bolt.FreelistMapType
	}
	c.Namespace = cmp.Or(c.Namespace, baseName(path))
	return c, invalid(opOpen, problems)
}

func (o *Options) common() (c Options, problems []error) {
	if o != nil {
		c = *o
	}
	c.Bucket = cmp.Or(c.Bucket, defaultBucket)
	if len(c.Bucket) > bolt.MaxKeySize {
		problems = append(problems, errBucketSize)
	}
	return c, problems
}

func invalid(op string, problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return &kvdb.Error{Op: op, Kind: kvdb.ErrInvalidArgument, Err: errors.Join(problems...)}
}

// baseName returns the last element of path, and nothing of nothing.
func baseName(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}
