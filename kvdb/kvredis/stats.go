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
)

// A statistic is one, and where INFO has it; one without a name there is the store's own.
type statistic struct {
	kvdb.StatInfo
	field string
}

// stats are the statistics of every store of this package.
var stats = []statistic{
	{gauge("kvdb.engine.memory.used", "By", "Memory that the server has taken for data and for clients"), "used_memory"},
	{gauge("kvdb.engine.memory.limit", "By", "Memory that the server may take, its maxmemory; not known where it has none"), "maxmemory"},
	{gauge("kvdb.engine.memory.resident", "By", "Memory of the server's process, as the operating system counts it"), "used_memory_rss"},
	{gauge("kvdb.engine.keys", "{key}", "Keys of the database"), keysField},
	{counter("kvdb.engine.keys.evicted", "{key}", "Keys that were dropped to stay below maxmemory"), "evicted_keys"},
	{counter("kvdb.engine.keys.expired", "{key}", "Keys whose time to live was over"), "expired_keys"},
	{counter("kvdb.engine.lookup.hits", "{access}", "Lookups of keys that were there, by all clients"), "keyspace_hits"},
	{counter("kvdb.engine.lookup.misses", "{access}", "Lookups of keys that were not there, by all clients"), "keyspace_misses"},
	{counter("kvdb.engine.commands", "{command}", "Commands that the server carried out, for all clients"), "total_commands_processed"},
	{counter("kvdb.engine.errors", "{error}", "Errors that the server replied, to all clients"), "total_error_replies"},
	{gauge("kvdb.engine.clients", "{client}", "Clients that are connected"), "connected_clients"},
	{gauge("kvdb.engine.clients.blocked", "{client}", "Clients that wait in a blocking command"), "blocked_clients"},
	{counter("kvdb.engine.clients.rejected", "{client}", "Clients that were turned away, as there were maxclients"), "rejected_connections"},
	{gauge("kvdb.engine.changes.unsaved", "{change}", "Changes since the last snapshot on the disk"), "rdb_changes_since_last_save"},
	{gauge("kvdb.engine.replicas", "{replica}", "Replicas that are connected to their primary"), "connected_slaves"},
	{counter(kvdb.StatFailovers, "{failover}", "Changes of the primary"), ""},
	{counter(kvdb.StatFailoverTime, "s", "Time during which no primary answered"), ""},
}

// keysField is in the line of the database.
const keysField = "keys"

func gauge(name, unit, help string) kvdb.StatInfo {
	return kvdb.StatInfo{Name: name, Unit: unit, Help: help, Stability: kvdb.StabilityDevelopment}
}

func counter(name, unit, help string) kvdb.StatInfo {
	i := gauge(name, unit, help)
	i.Counter = true
	return i
}

// StatInfos declares the statistics of the stores of this package. The caller owns the
// result. They are those of the primary; of a cluster, the sums of all primaries. A value
// that a server does not tell, as old ones do not count errors, is not known, and NaN.
// Counters go on through restarts and fail-overs.
func StatInfos() []kvdb.StatInfo {
	infos := make([]kvdb.StatInfo, len(stats))
	for i := range stats {
		infos[i] = stats[i].StatInfo
	}
	return infos
}

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
	t.mu.Lock()
	defer t.mu.Unlock()
	first := t.totals == nil
	if first {
		t.totals = make([]float64, len(stats))
	}
	values, last := unknown(), make(map[string][]float64)
	for _, a := range answers {
		row := make([]float64, len(stats))
		before := t.last[a["run_id"]]
		uptime, _ := a.number("uptime_in_seconds")
		young := first || uptime < now.Sub(t.at).Seconds()
		for i := range stats {
			n, ok := value(a, stats[i].field, database)
			if !ok {
				continue
			}
			row[i] = n
			switch {
			case !stats[i].Counter && math.IsNaN(values[i]):
				values[i] = n
			case !stats[i].Counter:
				values[i] += n
			case before != nil:
				t.totals[i] += max(n-before[i], 0)
			case young:
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
func unknown() []float64 {
	values := make([]float64, len(stats))
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// value returns one of what a server tells. A limit of 0 is none.
func value(a info, field string, database int) (float64, bool) {
	switch field {
	case "":
		return 0, false
	case keysField:
		n, ok := a.fields("db" + strconv.Itoa(database)).number(keysField)
		return n, ok || a["redis_version"] != "" // a database that is empty has no line
	}
	n, ok := a.number(field)
	return n, ok && (n != 0 || field != "maxmemory")
}
