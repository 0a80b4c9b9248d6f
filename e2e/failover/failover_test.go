package failover

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/proxy"
	"github.com/otelkv/otelkv/kvdb"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // they wait most of the time
	redis.SetLogger(quiet{})           // it tells of each server that is gone
	os.Exit(m.Run())
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

const (
	// downAfter is what sentinels wait for: longer than a machine that is busy holds a server up.
	downAfter = 5 * time.Second
	never     = time.Hour

	// second is how exact durations are that somebody counted by looking once a second, and look is what
	// one takes. A pool that has failed to connect to what it knows tries once a second, too.
	second = time.Second
	look   = 500 * time.Millisecond
)

// A trial is a deployment with a program on it, under load.
type trial struct {
	*testing.T
	*deployment
	*prometheus
	program *program
	load    *load
	job     string
}

// fires and ends wait for an alert about this trial.
func (tr *trial) fires(alert string) { tr.T.Helper(); tr.prometheus.fires(tr.T, tr.job, alert) }
func (tr *trial) ends(alert string)  { tr.T.Helper(); tr.prometheus.ends(tr.T, tr.job, alert) }

func (tr *trial) eventually(what string, ok func() bool) {
	tr.T.Helper()
	eventually(tr.T, what, ok)
}

// eventually is process.Eventually, at a pace that leaves the machine to the servers.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	process.EventuallyEvery(t, look, what, ok)
}

// replica waits until the metrics show that a replica is connected or not, and its lag is known only if it is.
func (tr *trial) replica(name string, connected float64) {
	tr.T.Helper()
	tr.eventually(fmt.Sprintf("connected %v of %s", connected, name), func() bool {
		lag := tr.program.sum(tr.T, "kvdb_replication_lag_seconds", of(name))
		return tr.program.sum(tr.T, "kvdb_replication_connected", of(name)) == connected && math.IsNaN(lag) == (connected == 0)
	})
}

func TestTrials(t *testing.T) {
	process.Long(t)
	p := startPrometheus(t)
	t.Run("all", func(t *testing.T) {
		for name, tt := range map[string]struct {
			downAfter time.Duration
			proxied   bool
			run       func(*trial)
		}{
			"kill":   {downAfter, false, kill},
			"switch": {never, false, change},
			"pause":  {never, false, pause},
			"hold":   {never, true, hold},
			"cut":    {never, true, cut},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tr := &trial{T: t, prometheus: p, job: name, deployment: deploy(t, tt.downAfter, tt.proxied)}
				tr.program = tr.deployment.run(t)
				p.scrape(t, name, strings.TrimPrefix(tr.program.url, "http://"))
				tr.load = startLoad(t, tr.program.store)
				tt.run(tr)
			})
		}
	})
}

// The primary is killed, one of the replicas takes its place, and it comes back as a replica.
func kill(tr *trial) {
	first := tr.servers[0]
	w := tr.watch(tr.T, tr.load.history)
	from := tr.settle(tr.T, tr.load.history)
	killed := tr.load.at(tr.T, "the kill", func() { first.Kill(tr.T) })
	to := tr.load.since()
	tr.program.becomes(tr.T, http.StatusServiceUnavailable, "[-] database: fail (database down)")
	tr.fails(w, killed, to)
	tr.program.becomes(tr.T, http.StatusOK, "[+] database: pass")
	tr.fires("KVErrorRatioHigh")
	missed := tr.another(tr.T).Address // is no replica any more
	tr.replica(missed, 0)
	tr.fires("KVReplicaDisconnected")

	first.Restart(tr.T)
	tr.replica(first.Address, 1)
	if n := tr.program.sum(tr.T, "kvdb_replication_connected", of(missed)); !math.IsNaN(n) {
		tr.Errorf("connected %v of the primary, and all replicas are there", n)
	}
	tr.ends("KVReplicaDisconnected")
	tr.ends("KVErrorRatioHigh")
	tr.once()
	tr.load.judge(tr.T, window{from, to})
}

// Sentinels are told to make a replica the primary.
func change(tr *trial) {
	first := tr.servers[0]
	w := tr.watch(tr.T, tr.load.history)
	sentinel := redis.NewSentinelClient(&redis.Options{Addr: tr.sentinels[0]})
	defer sentinel.Close()
	from := tr.settle(tr.T, tr.load.history)
	told := tr.load.at(tr.T, "the command", func() {
		if err := sentinel.Failover(tr.Context(), primary).Err(); err != nil {
			tr.Error(err)
		}
	})
	tr.eventually("the end of the first primary", func() bool { return first.says(tr.T, "role:slave") })
	to := tr.load.since()
	tr.fails(w, told, to)
	tr.replica(first.Address, 1)
	tr.program.becomes(tr.T, http.StatusOK, "[+] database: pass")
	tr.once()
	tr.load.judge(tr.T, window{from, to})
}

// fails holds a fail-over to what was seen of it. The primary before was there at from, and not at to.
func (tr *trial) fails(w *witness, from, to time.Duration) {
	tr.Helper()
	least, most := w.gap(tr.T, from, to)
	w.stop()
	stalls := w.stalls()
	saw := tr.load.gap(tr.T, to)
	tr.eventually("the count of the fail-over", func() bool { return tr.program.sum(tr.T, "kvdb_failovers_total") > 0 })
	told := time.Duration(tr.program.sum(tr.T, "kvdb_failover_time_seconds_total") * float64(time.Second))
	tr.Logf("%v without a primary are told; the sentinels named none for %v to %v, nothing succeeded for %v; the machine held things up for %v", told, least, most, saw, stalls/2)
	if told < least-second-stalls || told > most+second+look+stalls {
		tr.Errorf("%v without a primary are told, want %v to %v, give or take a second", told, least, most)
	}
	if told > saw+second+look+stalls || told < saw-2*second-look-stalls {
		tr.Errorf("%v without a primary are told, and nothing succeeded for %v", told, saw)
	}
	tr.once()
}

// once expects that exactly one fail-over has been told of.
func (tr *trial) once() {
	tr.Helper()
	if n := tr.program.sum(tr.T, "kvdb_failovers_total"); n != 1 {
		tr.Errorf("%v fail-overs are counted", n)
	}
	if lines := tr.program.lines(tr.T, "notice", "failover"); len(lines) != 1 {
		tr.Errorf("lines of fail-overs: %v", lines)
	}
}

// A replica is paused, and goes on.
func pause(tr *trial) {
	replica := tr.servers[2]
	tr.load.at(tr.T, "the pause", func() { replica.pause(tr.T) })
	tr.away(replica.Address)
	tr.load.at(tr.T, "the end of the pause", func() { replica.signal(tr.T, process.GoOn) })
	tr.back(replica.Address)
}

// A replica is cut off: nothing reaches it, nor comes from it.
func cut(tr *trial) {
	name := tr.door.Address()
	tr.load.at(tr.T, "the cut", func() {
		tr.link.Hold(fromApart)
		tr.door.Hold(proxy.All)
	})
	tr.away(name)
	tr.load.at(tr.T, "the end of the cut", func() {
		tr.link.Hold(nil)
		tr.door.Hold(nil)
	})
	tr.back(name)
}

// away expects that a replica is missed, that the program is ready, and that an alert follows.
func (tr *trial) away(replica string) {
	tr.Helper()
	tr.replica(replica, 0)
	tr.replica(tr.servers[1].Address, 1)
	tr.program.becomes(tr.T, http.StatusOK, "[!] replication: warn (replication misses a replica)")
	tr.fires("KVReplicaDisconnected")
}

// back expects the end of all that.
func (tr *trial) back(replica string) {
	tr.Helper()
	tr.replica(replica, 1)
	tr.program.becomes(tr.T, http.StatusOK, "[+] replication: pass")
	tr.ends("KVReplicaDisconnected")
	tr.stays()
}

// stays expects that there was no fail-over, and judges the load.
func (tr *trial) stays() {
	tr.Helper()
	if n := tr.program.sum(tr.T, "kvdb_failovers_total"); n != 0 {
		tr.Errorf("%v fail-overs are counted", n)
	}
	tr.load.judge(tr.T)
}

// A replica answers, and gets nothing more from the primary.
func hold(tr *trial) {
	name := tr.door.Address()
	w := tr.watch(tr.T, tr.load.history)
	held := tr.load.at(tr.T, "the hold", func() { tr.link.Hold(toApart) })
	tr.lags("by the metric", w, held, func() (time.Duration, bool) {
		s := tr.program.sum(tr.T, "kvdb_replication_lag_seconds", of(name))
		return time.Duration(s * float64(time.Second)), s >= 2
	})
	tr.program.becomes(tr.T, http.StatusServiceUnavailable, "[-] replication: fail (replication lag too high)")
	tr.lags("by the store", w, held, func() (time.Duration, bool) {
		lags, err := tr.program.bare.ReplicationLag(tr.Context())
		return lags[name], err == nil && lags[name] != kvdb.NotConnected
	})
	w.stop()
	if lag := tr.program.sum(tr.T, "kvdb_replication_lag_seconds", of(tr.servers[1].Address)); lag > 1 {
		tr.Errorf("a lag of %v s of the other replica", lag)
	}
	tr.fires("KVReplicationLagHigh")

	tr.load.at(tr.T, "the end of the hold", func() { tr.link.Hold(nil) })
	tr.eventually("the end of the lag", func() bool {
		return tr.program.sum(tr.T, "kvdb_replication_lag_seconds", of(name)) == 0
	})
	tr.program.becomes(tr.T, http.StatusOK, "[+] replication: pass")
	tr.ends("KVReplicationLagHigh")
	tr.stays()
}

// lags expects that a lag is for how long replication has been held, give or take a second, when it is told first.
func (tr *trial) lags(how string, w *witness, held time.Duration, read func() (time.Duration, bool)) {
	tr.Helper()
	var lag, least, most time.Duration
	tr.eventually("a lag "+how, func() (ok bool) {
		least = most
		began := tr.load.since() - held
		lag, ok = read()
		most = tr.load.since() - held
		if least == 0 {
			least = began
		}
		return ok
	})
	stalls := w.stalls()
	tr.Logf("a lag of %v %s, after %v to %v", lag, how, least, most)
	if lag < least-second-stalls || lag > most+stalls {
		tr.Errorf("a lag of %v is told %s, want %v to %v, give or take a second", lag, how, least, most)
	}
}
