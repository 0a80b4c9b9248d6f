package kvredis

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/otelkv/otelkv/kvdb"
)

// watchInterval is how often the primary is looked at, and its heart beats. It is what
// durations of fail-overs and lags are exact to.
const watchInterval = time.Second

// A sight is what one look tells.
type sight struct {
	run       string            // of the process, but for a cluster
	primaries map[string]string // where each is, by its shard
	down      bool              // one of them is missing
	offsets   map[string]float64
	followers []followed

	beat    int64            // that was written, if it was
	arrived map[string]int64 // beats that replicas have, of those that answered
}

// A followed is a replica, and whose it is.
type followed struct {
	follower
	primary string
}

// A lookout asks the primary, with connections of its own, so that a pool that is
// exhausted is no primary that is missing.
type lookout struct {
	board     *kvdb.NoticeBoard
	nodes     *redis.ClusterClient // of a cluster, or
	primary   *redis.Client        // of one server
	heartbeat string
	refused   sync.Once // the heartbeat
	shut      sync.Once // the watch

	run, at  string                   // the process that was seen last, and where
	replicas map[string]*redis.Client // whose beats are read

	own, theirs redis.Options // of the primary, and of replicas
}

func newLookout(client redis.UniversalClient, heartbeat string, board *kvdb.NoticeBoard) *lookout {
	l := &lookout{board: board, heartbeat: heartbeat, replicas: make(map[string]*redis.Client)}
	switch client := client.(type) {
	case *redis.ClusterClient:
		l.nodes = client
	case *redis.Client:
		l.own = alone(client.Options())
		l.theirs = l.own
		if l.own.Addr == failover {
			// It goes to the primary, whatever address it is given. A Dialer that the program gave is
			// inside of it, and lost: replicas are dialed as go-redis does by default.
			l.theirs.Dialer = nil
		}
		l.primary = redis.NewClient(&l.own)
	}
	return l
}

// alone returns options for one connection that is quick to fail.
func alone(o *redis.Options) redis.Options {
	return redis.Options{
		Network: o.Network, Addr: o.Addr, Dialer: o.Dialer, OnConnect: o.OnConnect, TLSConfig: o.TLSConfig, Protocol: o.Protocol, DB: o.DB,
		Username: o.Username, Password: o.Password,
		CredentialsProvider: o.CredentialsProvider, CredentialsProviderContext: o.CredentialsProviderContext,
		StreamingCredentialsProvider: o.StreamingCredentialsProvider,
		DisableIdentity:              true, MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		PoolSize: 1, PipelinePoolSize: -1, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true,
		DialTimeout: watchInterval, ReadTimeout: watchInterval, WriteTimeout: watchInterval,
		ConnMaxLifetime: 10 * watchInterval, // one to a primary that was replaced, and lives on, ends
	}
}

func (l *lookout) close() {
	if l.primary != nil {
		_ = l.primary.Close()
	}
	for _, r := range l.replicas {
		_ = r.Close()
	}
}

// absent reports whether an error of a look says that no primary answers. A server that refuses
// does answer, and what the client itself lacks says nothing of a primary.
func absent(err error) bool {
	if _, answered := errors.AsType[redis.Error](err); answered {
		return redis.IsLoadingError(err) || redis.IsMasterDownError(err)
	}
	return err != nil && !errors.Is(err, errPanicked) && !errors.Is(err, redis.ErrPoolTimeout) &&
		!errors.Is(err, redis.ErrPoolExhausted) && !errors.Is(err, redis.ErrClosed)
}

// sight is one look. The client's options have functions of the program, which may panic.
func (l *lookout) sight(ctx context.Context) (seen *sight, err error) {
	defer func() {
		if recover() != nil {
			seen, err = nil, errPanicked
		}
	}()
	seen, err = l.look(ctx)
	if redis.IsAuthError(err) || redis.IsPermissionError(err) {
		l.shut.Do(func() { l.board.Post(watchRefused) })
	}
	return seen, err
}

// renew has a connection made anew: a pool that has met nobody looks again after a second only,
// and one to a server that is no primary any more would stay with it.
func (l *lookout) renew() {
	_ = l.primary.Close()
	l.primary = redis.NewClient(&l.own)
}

func (l *lookout) look(ctx context.Context) (*sight, error) {
	if l.nodes != nil {
		return l.lookAtCluster(ctx)
	}
	text, err := l.primary.Info(ctx).Result()
	if err != nil {
		l.renew()
		return nil, err
	}
	about := parseInfo(text)
	if !about.isPrimary() {
		l.renew()
		return nil, errNoPrimary
	}
	if run := about["run_id"]; run != l.run || l.at == "" {
		l.run, l.at = run, l.whereabouts(ctx, about)
	}
	seen := &sight{primaries: map[string]string{"": l.at}, run: l.run}
	seen.add("", about)
	if l.heartbeat != "" {
		l.beat(ctx, seen)
	}
	return seen, nil
}

// whereabouts returns where the server is by its own account, as the name that it was asked by
// may be another one's tomorrow.
func (l *lookout) whereabouts(ctx context.Context, about info) string {
	if me, err := l.primary.ClientInfo(ctx).Result(); err == nil && me.LAddr != "" {
		return me.LAddr
	}
	return about["tcp_port"] // the user may not ask
}

func (s *sight) add(primary string, about info) {
	offset, ok := about.number("master_repl_offset")
	if !ok {
		return
	}
	if s.offsets == nil {
		s.offsets = make(map[string]float64)
	}
	s.offsets[primary] = offset
	for _, f := range about.followers() {
		s.followers = append(s.followers, followed{f, primary})
	}
}

func (l *lookout) lookAtCluster(ctx context.Context) (*sight, error) {
	nodes, err := l.nodes.ClusterNodes(ctx).Result()
	if err != nil {
		return nil, err
	}
	seen := &sight{}
	seen.primaries, seen.down = shards(nodes)
	var mu sync.Mutex
	err = l.nodes.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		text, err := node.Info(ctx).Result()
		mu.Lock()
		defer mu.Unlock()
		if about := parseInfo(text); err == nil && about.isPrimary() {
			seen.add(about["run_id"], about)
		}
		seen.down = seen.down || absent(err)
		return err
	})
	seen.down = seen.down || absent(err)
	return seen, nil
}

// shards reads CLUSTER NODES: which node has which slots, and whether one that has some has
// failed.
func shards(nodes string) (primaries map[string]string, down bool) {
	primaries = make(map[string]string)
	for line := range strings.Lines(nodes) {
		f := strings.Fields(line) // id, address, flags, primary, ping, pong, epoch, link, slots…
		if len(f) < 9 || !strings.Contains(f[2], "master") {
			continue
		}
		var slots []string
		for _, slot := range f[8:] {
			if !strings.HasPrefix(slot, "[") { // on its way
				slots = append(slots, slot)
			}
		}
		primaries[strings.Join(slots, " ")] = f[0]
		down = down || strings.Contains(f[2], "fail")
	}
	return primaries, down
}
