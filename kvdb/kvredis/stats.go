package kvredis

import (
	"context"
	"errors"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/internal/statistics"
)

// A server is what one tells, and the database of the store.
type server struct {
	info
	database int
}

// stats are the statistics of every store of this package, with where INFO has each.
var stats = statistics.Table[server]{
	statistics.Gauge("kvdb.engine.memory.used", "By", "Memory that the server has taken for data and for clients", field("used_memory")),
	statistics.Gauge("kvdb.engine.memory.limit", "By", "Memory that the server may take, its maxmemory; not known where it has none", (*server).limit),
	statistics.Gauge("kvdb.engine.memory.resident", "By", "Memory of the server's process, as the operating system counts it", field("used_memory_rss")),
	statistics.Gauge("kvdb.engine.keys", "{key}", "Keys of the database", (*server).keys),
	statistics.Counter("kvdb.engine.keys.evicted", "{key}", "Keys that were dropped to stay below maxmemory", field("evicted_keys")),
	statistics.Counter("kvdb.engine.keys.expired", "{key}", "Keys whose time to live was over", field("expired_keys")),
	statistics.Counter("kvdb.engine.lookup.hits", "{access}", "Lookups of keys that were there, by all clients", field("keyspace_hits")),
	statistics.Counter("kvdb.engine.lookup.misses", "{access}", "Lookups of keys that were not there, by all clients", field("keyspace_misses")),
	statistics.Counter("kvdb.engine.commands", "{command}", "Commands that the server carried out, for all clients", field("total_commands_processed")),
	statistics.Counter("kvdb.engine.errors", "{error}", "Errors that the server replied, to all clients", field("total_error_replies")),
	statistics.Gauge("kvdb.engine.clients", "{client}", "Clients that are connected", field("connected_clients")),
	statistics.Gauge("kvdb.engine.clients.blocked", "{client}", "Clients that wait in a blocking command", field("blocked_clients")),
	statistics.Counter("kvdb.engine.clients.rejected", "{client}", "Clients that were turned away, as there were maxclients", field("rejected_connections")),
	statistics.Gauge("kvdb.engine.changes.unsaved", "{change}", "Changes since the last snapshot on the disk", field("rdb_changes_since_last_save")),
	statistics.Gauge("kvdb.engine.replicas", "{replica}", "Replicas that are connected to their primary", field("connected_slaves")),
	statistics.Counter(kvdb.StatFailovers, "{failover}", "Changes of the primary", (*server).nothing),
	statistics.Counter(kvdb.StatFailoverTime, "s", "Time during which no primary answered", (*server).nothing),
}

// field reads a number of INFO.
func field(name string) func(*server) float64 {
	return func(s *server) float64 {
		n, ok := s.number(name)
		if !ok {
			return math.NaN()
		}
		return n
	}
}

// limit is what maxmemory is, where 0 is none.
func (s *server) limit() float64 {
	n := field("maxmemory")(s)
	if n == 0 {
		return math.NaN()
	}
	return n
}

// keys are in the line of the database, which one that is empty has not.
func (s *server) keys() float64 {
	n, ok := s.fields("db" + strconv.Itoa(s.database)).number("keys")
	if !ok && s.info["redis_version"] == "" {
		return math.NaN()
	}
	return n
}

// nothing is what a server tells of what the watch counts.
func (*server) nothing() float64 { return math.NaN() }

// StatInfos declares the statistics of the stores of this package. The caller owns the
// result. They are those of the primary; of a cluster, the sums of all primaries. A value
// that a server does not tell, as old ones do not count errors, is not known, and NaN.
// Counters go on through restarts and fail-overs.
func StatInfos() []kvdb.StatInfo { return stats.Infos() }

// StatInfos implements [kvdb.StatsReader] with those of the package.
func (s *Store) StatInfos() []kvdb.StatInfo { return StatInfos() }

// AppendStats implements [kvdb.StatsReader] with INFO, which the server answers in some
// tenths of a millisecond. The first call begins to watch the primary, each second until
// Close, for what it tells of fail-overs. Once the watch has seen a primary, a server that does
// not answer is no error: what INFO would have told is not known, and fail-overs and the time
// without a primary are.
func (s *Store) AppendStats(ctx context.Context, dst []float64) ([]float64, error) {
	if err := s.enter(ctx, opStats); err != nil {
		return dst, err
	}
	defer s.guard.leave()
	s.watch.start()
	answers, err := s.infos(ctx)
	failovers, without, known := s.watch.failovers()
	var values []float64
	switch err = s.wrap(ctx, opStats, err); {
	case err == nil:
		values = s.tally.read(time.Now(), answers, s.database)
	case !known || errors.Is(err, kvdb.ErrClosed) || errors.Is(err, context.Canceled):
		return dst, err
	default:
		values = unknown() // but for what the watch has counted, which is about this
	}
	for i := range stats {
		switch stats[i].Name {
		case kvdb.StatFailovers:
			values[i] = float64(failovers)
		case kvdb.StatFailoverTime:
			values[i] = without.Seconds()
		}
	}
	return append(dst, values...), nil
}

// infos asks the server, or each primary of the cluster.
func (s *Store) infos(ctx context.Context) (answers []info, err error) {
	if s.nodes == nil {
		text, err := s.client.Info(ctx).Result()
		return []info{parseInfo(text)}, err
	}
	var mu sync.Mutex
	err = s.nodes.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		text, err := node.Info(ctx).Result()
		mu.Lock()
		defer mu.Unlock()
		answers = append(answers, parseInfo(text))
		return err
	})
	return answers, err
}

// A tally makes counters that go on of those of servers, which begin anew with each
// process, and are others after a fail-over.
type tally struct {
	mu     sync.Mutex
	at     time.Time
	totals []float64
	last   map[string][]float64 // by the process
}

// read returns a value for each statistic, NaN where it is not known.
func (t *tally) read(now time.Time, answers []info, database int) []float64 {
	rows := make([][]float64, len(answers))
	for i, a := range answers {
		rows[i] = stats.Append(nil, &server{a, database})
	}
	values, last := unknown(), make(map[string][]float64)
	t.mu.Lock()
	defer t.mu.Unlock()
	first := t.totals == nil
	if first {
		t.totals = make([]float64, len(stats))
	}
	for k, a := range answers {
		row := rows[k]
		before := t.last[a["run_id"]]
		uptime, _ := a.number("uptime_in_seconds")
		young := first || uptime < now.Sub(t.at).Seconds()
		for i, n := range row {
			if math.IsNaN(n) {
				continue
			}
			switch {
			case !stats[i].Counter && math.IsNaN(values[i]):
				values[i] = n
			case !stats[i].Counter:
				values[i] += n
			case before != nil && !math.IsNaN(before[i]):
				t.totals[i] += max(n-before[i], 0)
			case before != nil || young:
				t.totals[i] += n
			}
			if stats[i].Counter {
				values[i] = t.totals[i]
			}
		}
		last[a["run_id"]] = row
	}
	t.at, t.last = now, last
	return values
}

// unknown returns a value for each statistic that is not known.
func unknown() []float64 { return stats.Append(nil, &server{}) }
