package fault

import (
	"context"
	"errors"
	"io"
	"runtime"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	boltdb "go.etcd.io/bbolt"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvredis"
)

const (
	// slowDiskAfter is what Pebble itself tells of.
	slowDiskAfter = 5 * time.Second

	// memTables may wait for a flush that is slow before writes wait, too. Pebble's
	// default, 2, is for tables that are smaller.
	memTables = 4

	// mapping is the space for the file to grow into: bbolt maps the file again when it
	// is used up, and a read transaction that stays open would hold up that, and all
	// writes with it.
	mapping = 1 << 30
)

// OpenPebble opens a Pebble store on a disk that can fail. A replica is that of [New].
func OpenPebble(dir string, options *kvpebble.OpenOptions, replica bool) (*Store, error) {
	d := &disk{FS: vfs.Default}
	events := kvpebble.NewEvents()
	listener := events.Listener(nil)
	watched, closer := vfs.WithDiskHealthChecks(d, slowDiskAfter, nil, func(slow vfs.DiskSlowInfo) { listener.DiskSlow(slow) })
	o := *options
	o.Events = events
	o.Pebble = options.Pebble.Clone()
	o.Pebble.FS, o.Pebble.MemTableStopWritesThreshold = watched, memTables
	engine, err := kvpebble.Open(dir, &o)
	if err != nil {
		return nil, errors.Join(err, closer.Close())
	}
	s := New(engine, "pebble", replica)
	s.disk, s.closers = d, []io.Closer{closer}
	return s, nil
}

// OpenBolt opens a bbolt store in a file that can fail. A replica is that of [New].
func OpenBolt(path string, options *kvbolt.OpenOptions, replica bool) (*Store, error) {
	f := new(file)
	b := *boltdb.DefaultOptions
	b.OpenFile = f.open
	const systemIs64Bit = ^uint(0)>>32 != 0
	if systemIs64Bit && runtime.GOOS != "windows" { // which makes the file as large as its mapping
		b.InitialMmapSize = mapping
	}
	b.FreelistType = boltdb.FreelistMapType
	o := *options
	o.Bolt = &b
	engine, err := kvbolt.Open(path, &o)
	if err != nil {
		return nil, err
	}
	s := New(engine, "bolt", replica)
	s.file = f
	return s, nil
}

// OpenBadger opens a Badger store, whose compactions can be slow. Its disk cannot fail on
// purpose: Badger maps its files. Without options of Badger its tables are small. A replica is
// that of [New].
func OpenBadger(dir string, options *kvbadger.OpenOptions, replica bool) (*Store, error) {
	o := *options
	if o.Badger == nil {
		o.Badger = smallTables()
	}
	c := newCompactions(o.Logger, o.Badger)
	o.Logger = c
	engine, err := kvbadger.Open(dir, &o)
	if err != nil {
		return nil, err
	}
	s := New(engine, "badger", replica)
	s.compactions = c
	return s, nil
}

// OpenRedis connects to a Redis server, which can fail on purpose only as this program sees
// it. It has at most so many connections, 0 for the default of the client. Its replicas are
// its own, with a simulated one from the first fault on that needs it.
func OpenRedis(ctx context.Context, at program.Target, namespace string, connections int) (*Store, error) {
	logging.Disable() // of this process: what the client logs is no line of the program, and errors say it, too
	engine, err := kvredis.Open(ctx, at.Addresses, &kvredis.OpenOptions{
		Options: kvredis.Options{Namespace: namespace, Heartbeat: at.Heartbeat},
		Redis:   &redis.UniversalOptions{MasterName: at.Master, Password: at.Password(), PoolSize: connections},
	})
	if err != nil {
		return nil, at.OpenError(err)
	}
	return New(engine, "redis", false), nil
}
