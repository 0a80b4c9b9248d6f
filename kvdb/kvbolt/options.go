package kvbolt

import (
	"cmp"
	"errors"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/kvdb"
)

// Options configure a [Store] on a handle that [New] borrows. Nil options mean
// the defaults. They are neither changed nor kept.
type Options struct {
	// Bucket is the bucket of the file that holds the store's keys. By default,
	// "kv".
	Bucket string

	// Namespace tells this store from others in telemetry. By default, the base
	// name of the file, or "bbolt" for a handle that does not tell it; for
	// another Bucket than the default one, that with the bucket: "app.db/users".
	Namespace string
}

// OpenOptions configure a [Store] that [Open] opens. Nil options mean the
// defaults. Neither they nor what they point to is changed or kept.
type OpenOptions struct {
	// Bucket is that of [Options].
	Bucket string

	// Namespace is that of [Options].
	Namespace string

	// NoSync acknowledges a write before it is on the disk. It saves two syncs a
	// transaction (50 µs to 10 ms each). A crash of the process then loses
	// nothing, but a crash of the machine can lose writes of the last half a
	// minute and can damage the whole file, as the operating system writes its
	// pages in any order. By default, every write that was acknowledged is
	// durable.
	NoSync bool

	// Bolt are the engine's options. A Timeout of 0, which lets
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
	errBucketSize = errors.New("the Bucket of the options is longer than a key can be, 32,768 bytes")
	errBoltNoSync = errors.New("OpenOptions.Bolt.NoSync needs OpenOptions.NoSync: without it every write is durable")
	errPageSize   = errors.New("OpenOptions.Bolt.PageSize is no power of two from 1 KiB to 64 KiB")
)

// A config is what a store is made with.
type config struct{ bucket, namespace, path string }

// newConfig fills the defaults of a store in the file at path, which is empty
// when it is not known.
func newConfig(bucket, namespace, path string) (c config, problems []error) {
	c = config{bucket: cmp.Or(bucket, defaultBucket), namespace: namespace}
	if len(c.bucket) > bolt.MaxKeySize {
		problems = append(problems, errBucketSize)
	}
	if c.namespace == "" {
		c.namespace = cmp.Or(baseName(path), "bbolt")
		if c.bucket != defaultBucket { // of one file, each is a store
			c.namespace += "/" + c.bucket
		}
	}
	if abs, err := filepath.Abs(path); err == nil && path != "" {
		path = abs // for a program that changes its working directory
	}
	c.path = path
	return c, problems
}

// config fills the defaults and lists every problem at once.
func (o *Options) config(db *bolt.DB) (config, error) {
	if o == nil {
		o = new(Options)
	}
	path := ""
	if db != nil {
		path = db.Path()
	}
	c, problems := newConfig(o.Bucket, o.Namespace, path)
	if db == nil {
		problems = append(problems, errNilDB)
	}
	return c, invalid(opNew, problems)
}

// config fills the defaults and lists every problem at once. The engine's
// options in the result are a copy.
func (o *OpenOptions) config(path string) (config, *bolt.Options, error) {
	if o == nil {
		o = new(OpenOptions)
	}
	c, problems := newConfig(o.Bucket, o.Namespace, path)
	if path == "" {
		problems = append(problems, errNoPath)
	}
	b := *bolt.DefaultOptions
	if o.Bolt != nil {
		b = *o.Bolt
	}
	if b.NoSync && !o.NoSync {
		problems = append(problems, errBoltNoSync)
	}
	if p := b.PageSize; p != 0 && (p < 1<<10 || p > 1<<16 || p&(p-1) != 0) {
		problems = append(problems, errPageSize)
	}
	b.NoSync = o.NoSync
	b.Timeout = cmp.Or(b.Timeout, defaultTimeout)
	if b.FreelistType == "" || o.Bolt == nil {
		b.FreelistType = bolt.FreelistMapType
	}
	return c, &b, invalid(opOpen, problems)
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
