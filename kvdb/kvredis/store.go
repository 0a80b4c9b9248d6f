package kvredis

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvredis/internal/pools"
)

// Limits of the adapter, in bytes: those of a string of Redis by default.
const (
	MaxKey   = 512 << 20
	MaxValue = 512 << 20
)

// ttlResolution is that of PX.
const ttlResolution = time.Millisecond

// A Store is a database of a Redis server. Make one with [Open] or [New]. It is safe for
// concurrent use. A nil or zero Store is closed.
type Store struct {
	client redis.UniversalClient
	owned  redis.UniversalClient // what Close closes, or nil
	nodes  *redis.ClusterClient  // client, where it is one of a cluster
	copies bool                  // values are the client's, too, and must be copied
	pool   *pools.Pool
	info   kvdb.Info

	database int
	tally    tally
	watch    watch

	guard guard
	board kvdb.NoticeBoard
}

var _ interface {
	kvdb.Store
	kvdb.Batcher
	kvdb.Describer
	kvdb.Exister
	kvdb.Lagger
	kvdb.MultiGetter
	kvdb.Notifier
	kvdb.Pinger
	kvdb.PoolReader
	kvdb.PrefixScanner
	kvdb.StatsReader
	kvdb.Swapper
	kvdb.TTLGetter
	kvdb.TTLPutter
} = (*Store)(nil)

// New returns a store on a client that the caller keeps: Close leaves it open. The caller
// closes the store first and the client then; when the client is closed earlier, calls of
// the store return an error that matches kvdb.ErrClosed; a scan of a cluster that is under way
// may match kvdb.ErrUnavailable.
//
// The client is a *redis.Client, which one of sentinels is, too, or a
// *redis.ClusterClient. Hooks of a *redis.Client see what the store does if ContextTimeoutEnabled is set in its
// options: otherwise the store uses a copy with that, to which go-redis gives no hooks but those of dials.
// New does no I/O. An error is a *kvdb.Error of the kind kvdb.ErrInvalidArgument that lists every problem.
func New(client redis.UniversalClient, opts *Options) (*Store, error) {
	c, err := opts.config(client)
	if err != nil {
		return nil, err
	}
	return newStore(client, c, nil), nil
}

// newStore returns a store on a client whose dials are counted, or are not.
func newStore(client redis.UniversalClient, c config, dials *pools.Dials) *Store {
	s := &Store{
		client: client, pool: pools.Of(client, dials),
		info: kvdb.Info{
			System: "redis", Namespace: c.namespace, Address: c.host, Port: c.port, Remote: true,
			TTLResolution: ttlResolution, MaxKey: MaxKey, MaxValue: MaxValue,
		},
	}
	switch client := client.(type) {
	case *redis.Client:
		s.client, s.copies = withDeadlines(client), caches(client.Options())
		s.database = client.Options().DB
	case *redis.ClusterClient:
		s.nodes = client
		if !client.Options().ContextTimeoutEnabled {
			s.board.Post(deadlinesIgnored)
		}
	}
	s.guard.init()
	s.watch.lookout = func() *lookout { return newLookout(s.client, c.heartbeat, &s.board) }
	return s
}

// withDeadlines returns a client with the pool of one whose replies are waited for no
// longer than the caller's context allows.
func withDeadlines(client *redis.Client) *redis.Client {
	opts := client.Options()
	if opts.ContextTimeoutEnabled {
		return client
	}
	mine := client.WithTimeout(opts.ReadTimeout) // whose options are its own
	mine.Options().WriteTimeout = opts.WriteTimeout
	mine.Options().ContextTimeoutEnabled = true
	return mine
}

// caches reports whether the client may hand out a value twice.
func caches(opts *redis.Options) bool {
	return opts.ClientSideCache != nil || opts.ClientSideCacheConfig != nil
}

// Describe implements [kvdb.Describer].
func (s *Store) Describe() kvdb.Info {
	if s == nil {
		return kvdb.Info{}
	}
	return s.info
}

// Close ends the store, and closes the client unless it is borrowed. It waits for calls
// that are under way, but no longer than two seconds; those that are not over then go on
// on a borrowed client, and fail with kvdb.ErrClosed on one of [Open]. It does not wait for
// the loops of scans, which may be the callers of Close: their next step fails.
func (s *Store) Close() error {
	if s.unopened() || !s.guard.close() {
		return errClosedFor(opClose)
	}
	within, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	s.guard.drain(within)
	s.watch.stop(within)
	if s.owned == nil {
		return nil
	}
	return s.wrap(context.Background(), opClose, s.owned.Close())
}

func (s *Store) wrap(ctx context.Context, op string, err error) error {
	return wrap(ctx, op, err, s.guard.closed.Load() && s.owned != nil)
}

// wrapNode is wrap for what a node of a cluster was asked: go-redis closes its client when the
// node has left.
func (s *Store) wrapNode(ctx context.Context, op string, err error) error {
	if s.nodes != nil && errors.Is(err, redis.ErrClosed) && !s.guard.closed.Load() {
		return &kvdb.Error{Op: op, Kind: kvdb.ErrUnavailable, Err: &quiet{"the node has left the cluster, or the client was closed", err}}
	}
	return s.wrap(ctx, op, err)
}

// unopened reports whether the store is nil or zero, which beside an error of [Open] it
// can be for a deferred Close.
func (s *Store) unopened() bool { return s == nil || s.client == nil }

// enter lets a call in, which defers leave.
func (s *Store) enter(ctx context.Context, op string) error {
	if err := kvdb.CheckContext(ctx, op); err != nil {
		return err
	}
	if s.unopened() || !s.guard.enter() {
		return errClosedFor(op)
	}
	return nil
}
