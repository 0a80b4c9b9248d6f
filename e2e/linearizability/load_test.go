package linearizability

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

func TestMain(m *testing.M) {
	redis.SetLogger(quiet{}) // it warns of an old server
	os.Exit(kvserver.Main(m))
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func TestLinearizable(t *testing.T) {
	t.Run("redis itself", func(t *testing.T) { check(t, redisserver.Start(t).Address) })
	for _, engine := range kvserver.Engines {
		t.Run(engine, func(t *testing.T) {
			check(t, kvserver.Start(t, "-engine", engine, "-sync=false").Address)
		})
	}
	t.Run("redis", func(t *testing.T) {
		check(t, kvserver.Start(t, "-engine", "redis", "-target", redisserver.Start(t).Address).Address)
	})
}

const (
	loadTime = 2500 * time.Millisecond
	calls    = 5000 // of each client at most
)

// check loads a server for a while, and checks what its clients have seen.
func check(t *testing.T, address string) {
	history := load(t, address)
	t.Logf("%d calls", len(history))
	if len(history) < 1000 {
		t.Errorf("%d calls are no load", len(history))
	}
	verdict, info := porcupine.CheckOperationsVerbose(model, history, 4*process.Soon)
	if verdict == porcupine.Ok {
		return
	}
	t.Errorf("the history is %v", verdict)
	page := filepath.Join(t.ArtifactDir(), "history.html")
	if err := porcupine.VisualizePath(model, info, page); err != nil {
		t.Error(err)
	}
	t.Logf("with -artifacts it stays drawn in %s", page)
}

// load runs clients of both versions of the protocol, in two databases.
func load(t *testing.T, address string) (history []porcupine.Operation) {
	ctx, cancel := context.WithTimeout(t.Context(), loadTime)
	defer cancel()
	began := time.Now()
	clients := make([]*client, 12)
	var group errgroup.Group
	for i := range clients {
		c := &client{id: i, db: i % 3 / 2, began: began, random: rand.New(rand.NewPCG(uint64(i), 0))}
		c.redis = redis.NewClient(&redis.Options{Addr: address, DB: c.db, Protocol: 2 + i%2, PoolSize: 1, MaxRetries: -1})
		t.Cleanup(func() { _ = c.redis.Close() })
		clients[i] = c
		group.Go(func() error { return c.run(ctx, calls) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		history = append(history, c.history...)
	}
	return history
}
