package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// Replicas of a real primary come back under other addresses, more often than series of
// replicas are shown, and one is taken away: the program is ready all the while, and
// its metrics show those that are there. A primary that is gone ends that.
func TestReplicasThatMove(t *testing.T) {
	t.Parallel()
	const moves = 34
	primary := redisserver.Start(t)
	replicas := [...]*redisserver.Server{redisserver.Start(t), redisserver.Start(t)}
	client := redis.NewClient(&redis.Options{Addr: primary.Address, MaxRetries: -1, ContextTimeoutEnabled: true})

	if err := client.ConfigSet(t.Context(), "repl-diskless-sync-delay", "0").Err(); err != nil { // in place of five seconds
		t.Fatal(err)
	}

	var mu sync.Mutex
	var flips []string
	obs, err := observe.Start(t.Context(), observe.WithAddress("127.0.0.1:0"), observe.WithProfiles(""), observe.WithLogger(zap.NewNop()), observe.WithDrain(0),
		observe.WithStoreChecks(func(s observe.StoreInfo) []health.Check {
			c := health.ReplicationLag("replication", s.Store, nil).Every(100 * time.Millisecond)
			c.MaxAge = process.Soon // a machine that is busy checks less often
			return []health.Check{c}
		}),
		observe.WithHealthOptions(health.WithOnTransition(func(_ context.Context, tr health.Transition) {
			mu.Lock()
			defer mu.Unlock()
			if tr.From != health.StatusUnknown && tr.Status.OK() != tr.From.OK() {
				flips = append(flips, fmt.Sprintf("%s: %v (%s)", tr.Name, tr.Status, tr.Reason))
			}
		})))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = obs.Shutdown(context.Background()) }()
	store, err := obs.Wrap(redisserver.Replicated{Store: primary.NewStore(client)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	get := func(path string) (int, string) { return process.Get(t, "http://"+obs.Addr().String()+path) }
	says := func(want string) func() bool {
		return func() bool { _, body := get("/readyz/replication/?verbose"); return strings.HasPrefix(body, want) }
	}
	const (
		pass    = "[+] replication: pass\n"
		misses  = "[!] replication: warn (replication misses a replica)\n"
		unknown = "[?] replication: unknown (replication lag unknown)\n"
	)
	connected := func(host string, port int) string {
		return fmt.Sprintf(`kvdb_replication_connected{db_namespace="0",db_system_name="redis",kvdb_replica="%s:%d",server_address="%s",server_port="%d"}`, host, port, primary.Host, primary.Port)
	}

	replicas[0].Follow(t, primary, replicas[0].Port)
	for move := range moves {
		port := 1 + move // nobody connects to it
		replicas[1].Follow(t, primary, port)
		primary.Eventually(t, fmt.Sprintf("the replica at port %d", port), func() bool {
			lags, err := redisserver.Replicated{Store: primary.NewStore(client)}.ReplicationLag(t.Context())
			lag, is := lags[fmt.Sprintf("%s:%d", replicas[1].Host, port)]
			return err == nil && is && lag >= 0 && len(lags) == 2
		})
		primary.Eventually(t, "readiness", says(pass))
	}
	primary.Eventually(t, "the metric of the last address, and of no other", func() bool {
		_, page := get("/metrics")
		return strings.Count(page, "\nkvdb_replication_connected{") == 2 &&
			strings.Contains(page, connected(replicas[0].Host, replicas[0].Port)+" 1\n") && strings.Contains(page, connected(replicas[1].Host, moves)+" 1\n")
	})

	replicas[1].Stop(t) // a scale-down
	primary.Eventually(t, "the warning", says(misses))
	primary.Eventually(t, "the metric of who is missed", func() bool {
		_, page := get("/metrics")
		return strings.Contains(page, connected(replicas[1].Host, moves)+" 0\n")
	})
	if status, body := get("/readyz/"); status != http.StatusOK {
		t.Errorf("a replica that was taken away: %d %s", status, body)
	}
	mu.Lock()
	if len(flips) > 0 {
		t.Errorf("readiness flips: %q", flips)
	}
	mu.Unlock()

	primary.Stop(t)
	process.Eventually(t, "that the lag is unknown", says(unknown))
}
