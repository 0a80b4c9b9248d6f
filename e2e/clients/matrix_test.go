package clients

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

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

// A server is what clients are tried with.
type server struct {
	address string
	steps   []string

	large sync.Mutex // held for the step with large values: a server may refuse too many at once
}

// Redis is the reference.
func TestClients(t *testing.T) {
	process.Long(t)
	var whole []string
	for _, s := range steps {
		whole = append(whole, s.name)
	}
	t.Run("redis", func(t *testing.T) {
		tryAll(t, &server{address: redisserver.Start(t).Address, steps: whole})
	})
	for _, engine := range kvserver.Engines {
		t.Run(engine, func(t *testing.T) {
			tryAll(t, &server{address: kvserver.Start(t, "-engine", engine, "-sync=false").Address, steps: whole})
		})
	}
}

// tryAll tries each client with a server, side by side.
func tryAll(t *testing.T, s *server) {
	if slices.Contains(s.steps, "scan") {
		s.fill(t)
	}
	t.Run("all", func(t *testing.T) {
		for _, name := range []string{"", "test"} {
			called := name
			if name == "" {
				called = "defaults"
			}
			for _, f := range families {
				t.Run(f.name+" "+called, func(t *testing.T) {
					t.Parallel()
					s.tryGo(t, f, name)
				})
			}
			for _, family := range nodeFamilies {
				t.Run(family+" "+called, func(t *testing.T) {
					t.Parallel()
					s.tryNode(t, family, name)
				})
			}
			for _, version := range []string{"-2", "-3"} {
				t.Run("redis-cli "+version+" "+called, func(t *testing.T) {
					t.Parallel()
					s.tryCLI(t, version, name)
				})
			}
			t.Run("redis-benchmark "+called, func(t *testing.T) {
				t.Parallel()
				s.tryBenchmark(t, name)
			})
		}
	})
}

// fill writes the keys that scans are to find, and others.
func (s *server) fill(t *testing.T) {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: s.address})
	defer func() { _ = c.Close() }()
	const atOnce = 1000
	for from := 0; from < scanned; from += atOnce {
		var pairs []string
		for i := range atOnce {
			pairs = append(pairs, scanKey(from+i), "v")
		}
		if err := c.MSet(t.Context(), pairs).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// tryGo does the steps with a library of Go.
func (s *server) tryGo(t *testing.T, f family, name string) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*process.Soon)
	defer cancel()
	again := func(ctx context.Context) (session, error) { return f.open(ctx, s.address, name) }
	session, err := again(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = session.close() }()
	p := plan{address: s.address, name: name, prefix: f.name + ":" + name + ":", again: again}
	for _, step := range steps {
		if !slices.Contains(s.steps, step.name) {
			continue
		}
		t.Run(step.name, func(t *testing.T) {
			if step.name == "large" {
				s.large.Lock()
				defer s.large.Unlock()
			}
			if err := step.run(ctx, session, p); err != nil {
				t.Error(err)
			}
		})
	}
}
