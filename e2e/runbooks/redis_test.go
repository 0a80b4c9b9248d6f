package runbooks

import (
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/proxy"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
)

// redisCLI is what asks a Redis server. Trials whose programs store there have these blocks,
// and no others have.
const redisCLI = "redis-cli"

// redisTrials are the faults of a server.
var redisTrials = []*trial{
	{
		name: "redis-replicas", program: "kvserver", only: redisCLI, books: []string{"KVReplicaDisconnected", "KVReplicationLagHigh"}, alerted: []string{"KVReplicaDisconnected", "KVReplicationLagHigh"},
		before: func(t *testing.T, tr *trial) {
			tr.serve(t)
			tr.replica = redisserver.Start(t, "--replicaof", tr.primary.Host, strconv.Itoa(tr.primary.Port))
			tr.link = proxy.Start(t, tr.primary.Address)
			redisserver.Start(t, "--replicaof", tr.primary.Host, strconv.Itoa(tr.link.Port()), "--repl-timeout", "3600")
		},
		on: func(t *testing.T, p *instance) {
			p.trial.primary.Eventually(t, "two replicas", func() bool {
				return strings.Count(p.scrape(t), "\nkvdb_replication_lag_seconds{") == 2
			})
			_, _, nobody := process.FreePort(t)
			p.trial.replica.Do(t, "REPLICAOF 127.0.0.1 "+strconv.Itoa(nobody))
			p.trial.link.Hold(proxy.Replies) // what is written does not arrive, and the replica says so
		},
		sights: []sight{
			sees("connected_slaves", `^role:master\s+connected_slaves:1\s+slave0:\S*state=online`),
			sees("$REPLICA", `^role:slave\s+(?s:.*)\bmaster_link_status:down\s(?s:.*)\bmaster_link_down_since_seconds:\d`),
			{part: "master_repl_offset", want: isBehind},
		},
	},
	{
		name: "redis-slow", program: "kvserver", only: redisCLI, books: []string{"KVLatencyHigh", "KVLatencyBudgetBurn", "KVDiskSlow"}, alerted: []string{"KVLatencyHigh", "KVLatencyBudgetBurn"},
		before: func(t *testing.T, tr *trial) { tr.serve(t, "--enable-debug-command", "yes", "--appendonly", "yes") },
		on: func(t *testing.T, p *instance) {
			p.trial.occupy(t)
			holdSyncs(t, p.trial.primary)
		},
		sights: []sight{
			sees("--latency", `^\d+ [1-9]\d\d+ [\d.]+ \d+\s*$`), // at most 100 ms or more
			sees("delayed_fsync", `^aof_enabled:1\s+aof_pending_bio_fsync:[1-9]\d*\s+aof_delayed_fsync:[1-9]`),
			sees("slowlog", `(?im)^\d+\n\d+\n\d{6,}\ndebug\nsleep\n`),
		},
	},
	{
		name: "redis-paused", program: "kvserver", only: redisCLI, args: with("unknown"), books: []string{"KVCheckUnknown", "KVStoreHung"}, alerted: []string{"KVCheckUnknown"},
		before: func(t *testing.T, tr *trial) { tr.serve(t) },
		on:     func(t *testing.T, p *instance) { p.trial.primary.Do(t, "CLIENT PAUSE 600000 WRITE") },
		sights: []sight{
			sees("client list", `(?m)^id=\d+ .*\bflags=b .*\bcmd=set `),
			then("ping", `^PONG\s*$`, func(t *testing.T, p *instance) { freeze(t, p.trial.primary) }),
			then("ping", `^no answer `, func(t *testing.T, p *instance) { signal(t, p.trial.primary, process.GoOn) }),
		},
	},
	{
		name: "redis-disk", program: "kvserver", only: redisCLI, books: []string{"KVDiskFull", "KVRestarting"},
		before: func(t *testing.T, tr *trial) {
			tr.saves = t.TempDir()
			tr.serve(t, "--dir", tr.saves, "--save", "3600 1")
		},
		settle: 2 * time.Second,
		on: func(t *testing.T, p *instance) {
			p.trial.startAnew(t)
			refuseSaves(t, p)
		},
		sights: []sight{
			then("bgsave", `(?m)^rdb_bgsave_in_progress:0\s+rdb_last_bgsave_status:err\s`, allowSaves),
			then("bgsave", `(?m)^rdb_bgsave_in_progress:0\s+rdb_last_bgsave_status:ok\s`, useUp),
			{part: "info memory", want: isUsedUp},
			{part: "uptime_in_seconds", want: isYoung},
		},
	},
}

// serve starts the server of a trial, and has the program store there.
func (tr *trial) serve(t *testing.T, args ...string) {
	t.Helper()
	process.Installed(t, redisCLI)
	tr.primary = redisserver.Start(t, args...)
	tr.args = append(tr.args[:len(tr.args):len(tr.args)], "-engine", "redis", "-target", tr.primary.Address)
}

// occupy keeps the server busy with a command that takes long, again and again.
func (tr *trial) occupy(t *testing.T) {
	t.Helper()
	c, err := redis.DialContext(t.Context(), "tcp", tr.primary.Address)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		_ = c.Close()
		<-ended //otelkv:waitok its connection is closed
	})
	go func() {
		defer close(ended)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if _, err := c.Do("DEBUG", "SLEEP", "0.15"); err != nil {
				return
			}
		}
	}()
}

var offsets = regexp.MustCompile(`^slave0:\S*state=online,offset=(\d+),lag=\d+\s+master_repl_offset:(\d+)\s*$`)

// isBehind says whether a replica has less than the primary has written.
func isBehind(_ *trial, out string) bool {
	found := offsets.FindStringSubmatch(out)
	return found != nil && number(found[1]) < number(found[2])
}

func number(digits string) float64 {
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

// startAnew lets the server end and start again.
func (tr *trial) startAnew(t *testing.T) {
	t.Helper()
	tr.primary.Stop(t)
	tr.anew = time.Now()
	tr.primary.Restart(t)
}

var uptime = regexp.MustCompile(`^uptime_in_seconds:(\d+)\s*$`)

// isYoung says whether the server has started since it was started anew, and not before.
func isYoung(tr *trial, out string) bool {
	found := uptime.FindStringSubmatch(out)
	return found != nil && number(found[1]) <= time.Since(tr.anew).Seconds()+1
}

// freeze stops a server in its tracks, until the end of the test.
func freeze(t *testing.T, s *redisserver.Server) {
	t.Helper()
	t.Cleanup(func() { _ = s.Cmd.Process.Signal(process.GoOn) }) // a paused one cannot end
	signal(t, s, process.StandStill)
}

func signal(t *testing.T, s *redisserver.Server, what syscall.Signal) {
	t.Helper()
	if err := s.Cmd.Process.Signal(what); err != nil {
		t.Error(err)
	}
}

// dump is the file that a server saves to.
func (tr *trial) dump() string { return filepath.Join(tr.saves, "dump.rdb") }

// refuseSaves has the server fail to save, as on a disk that is full: a directory is where its
// file has to be. It returns once a write of the program was refused.
func refuseSaves(t *testing.T, p *instance) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(p.trial.dump()), os.Mkdir(p.trial.dump(), 0o700)); err != nil {
		t.Fatal(err)
	}
	p.Eventually(t, "a server that cannot save", func() bool {
		p.trial.primary.Do(t, "BGSAVE")
		return strings.HasPrefix(p.trial.primary.Do(t, "SET cart 1"), "-MISCONF")
	})
	p.refused(t, "unavailable")
}

func allowSaves(t *testing.T, p *instance) {
	if err := os.Remove(p.trial.dump()); err != nil {
		t.Error(err)
	}
}

// useUp has the server take writes no more because of its memory, now that it has saved and
// takes them.
func useUp(t *testing.T, p *instance) {
	if got := p.trial.primary.Do(t, "SET cart 1"); got != "+OK" {
		t.Errorf("a server that has saved: %s", got)
	}
	p.trial.primary.Do(t, "CONFIG SET maxmemory 100kb")
	p.refused(t, "no_space")
}

var memory = regexp.MustCompile(`(?s)^used_memory:(\d+)\s.*\bmaxmemory:(\d+)\s.*\bmaxmemory_policy:noeviction\s`)

// isUsedUp says whether the server has as much as it may have.
func isUsedUp(_ *trial, out string) bool {
	found := memory.FindStringSubmatch(out)
	return found != nil && number(found[1]) >= number(found[2]) && number(found[2]) > 0
}

// refused waits until a write of the program has failed with a type of error.
func (p *instance) refused(t *testing.T, as string) {
	t.Helper()
	sample := regexp.MustCompile(`(?m)^kvdb_errors_total\{.*db_operation_name="put".*error_type="` + as + `"`)
	p.Eventually(t, "a write that is "+as, func() bool { return sample.MatchString(p.scrape(t)) })
}

// scrape returns the metrics of the program.
func (p *instance) scrape(t *testing.T) string {
	t.Helper()
	status, page := process.Get(t, p.admin+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics: %d", status)
	}
	return page
}
