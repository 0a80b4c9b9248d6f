package reference

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/e2e/internal/redisserver"
)

var (
	firstSeed = flag.Uint64("seed", 1, "of the random commands of the first engine; the next one has the next")
	stepCount = flag.Int("steps", 10_000, "random commands for each engine")
)

func TestMain(m *testing.M) { os.Exit(kvserver.Main(m)) }

// Whatever is sent, in whatever order, kvserver replies as Redis does. As another Redis
// does, too, or the commands would be of a kind that tells nothing.
func TestSequences(t *testing.T) {
	redis := redisserver.Start(t)
	t.Run("redis", func(t *testing.T) {
		names := []string{"GET", "SET", "DEL", "MGET", "MSET", "EXISTS", "HELLO", "CLIENT", "MULTI", "EXEC"}
		compare(t, *firstSeed, redis.Address, redisserver.Start(t).Address, names, true)
	})
	for i, engine := range kvserver.Engines {
		t.Run(engine, func(t *testing.T) {
			s := kvserver.Start(t, "-engine", engine, "-sync=false")
			compare(t, *firstSeed+uint64(i), redis.Address, s.Address, commandNames(t, s.Address), kvserver.Expires(engine))
		})
	}
}

// compare sends the commands of a seed to Redis and to another server.
func compare(t *testing.T, seed uint64, redis, other string, names []string, expires bool) {
	steps := allowed(generate(seed, *stepCount, names, expires), expires)
	t.Logf("seed %d, %d steps", seed, len(steps))
	run := func(steps []step) (*disagreement, error) {
		empty(t, redis, other)
		p, err := newPair(redis, other)
		if err != nil {
			return nil, err
		}
		defer p.close()
		return p.run(allowed(steps, expires))
	}
	found, err := run(steps)
	if err != nil {
		t.Fatal(err)
	}
	if found == nil {
		return
	}
	last := found
	least := shrink(steps[:found.at+1], func(steps []step) bool {
		d, err := run(steps)
		if err != nil || d == nil || d.step.name() != found.step.name() {
			return false
		}
		last = d
		return true
	}, time.After(20*time.Second))
	var list strings.Builder
	for _, s := range least[max(0, len(least)-30):] {
		list.WriteString("\n" + s.String())
	}
	t.Errorf("seed %d, at the %dth step, or sooner with %d: %v; the last steps are%s", seed, found.at, len(least), last, list.String())
}

// empty removes all keys.
func empty(t *testing.T, addresses ...string) {
	t.Helper()
	for _, address := range addresses {
		c, err := dial(address)
		if err != nil {
			t.Fatal(err)
		}
		if reply, err := c.do("FLUSHALL"); err != nil || string(reply) != "+OK\r\n" {
			t.Fatalf("FLUSHALL: %s, %v", reply, err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// commandNames returns the commands that kvserver has, and fails for one that no
// sequence has.
func commandNames(t *testing.T, address string) (names []string) {
	t.Helper()
	c, err := dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	reply, err := c.do("COMMAND")
	if err != nil {
		t.Fatal(err)
	}
	has := generated()
	for _, described := range elements(reply) {
		name := elements([]byte(described))[0]
		if _, known := notGenerated[name]; !known {
			if name != "scan" && name != "keys" { // they reply in an order of their own
				names = append(names, strings.ToUpper(name))
			}
			if !slices.Contains(has, strings.ToUpper(name)) {
				t.Errorf("no sequence has the command %s", name)
			}
		}
	}
	return names
}

// generated returns the commands that sequences have.
func generated() (names []string) {
	for _, s := range generate(0, 10_000, []string{"GET"}, false) {
		if s.walk {
			names = append(names, "SCAN", "KEYS")
		} else if name := s.name(); strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" || name == "NOSUCH" || strings.HasPrefix(name, "XX") })
}
