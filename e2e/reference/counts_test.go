package reference

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
)

// What was sent and what came back is what /metrics counts: each operation once, with
// its outcome, whatever is sent beside it.
func TestCounts(t *testing.T) {
	for i, engine := range kvserver.Engines {
		t.Run(engine, func(t *testing.T) {
			s := kvserver.Start(t, "-engine", engine, "-sync=false")
			seed := *firstSeed + uint64(i)
			t.Logf("seed %d", seed)
			before := s.Requests(t)
			var all sync.WaitGroup
			counts := make([]counts, 6)
			for i := range counts {
				counts[i] = make(map[string]int)
				all.Go(func() {
					if err := counts[i].send(s.Address, rand.New(rand.NewPCG(seed, uint64(i)))); err != nil {
						t.Errorf("client %d: %v", i, err)
					}
				})
			}
			all.Wait()
			want := make(map[string]int)
			for _, counts := range counts {
				for name, n := range counts {
					want[name] += n
				}
			}
			after := s.Requests(t)
			t.Logf("%v", want)
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if got := after[name] - before[name]; got != want[name] {
					t.Errorf("%s: %d were counted, and %d sent", name, got, want[name])
				}
			}
			for _, operation := range []string{"compare_and_swap", "scan", "update", "view", "ping"} {
				if got := after[operation] - before[operation]; got != 0 {
					t.Errorf("%s: %d were counted, and none sent", operation, got)
				}
			}
		})
	}
}

// counts is how many operations there have been, by name and by name and outcome.
type counts map[string]int

func (c counts) add(operation, outcome string, n int) {
	c[operation] += n
	c[operation+" "+outcome] += n
}

// send sends pipelines of commands, and counts what they have come to.
func (c counts) send(address string, random *rand.Rand) error {
	conn, err := dial(address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.do("HELLO", strconv.Itoa(2+random.IntN(2))); err != nil {
		return err
	}
	if _, err := conn.do("SELECT", strconv.Itoa(random.IntN(3))); err != nil {
		return err
	}
	g := generator{Rand: random}
	for range 300 {
		var steps []step
		var commands [][]byte
		for range 1 + g.IntN(20) {
			steps = append(steps, g.counted())
			commands = append(commands, steps[len(steps)-1].bytes())
		}
		replies, err := conn.send(commands...)
		if err != nil {
			return err
		}
		for i, s := range steps {
			if err := c.count(s, replies[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// counted returns a command of which it is known what it is to a store.
func (g generator) counted() step {
	switch g.IntN(8) {
	case 0, 1:
		return g.command("SET", g.key(), g.value())
	case 2, 3:
		return g.command("GET", g.key())
	case 4:
		return g.command("DEL", g.keys()...)
	case 5:
		return g.command("EXISTS", g.keys()...)
	case 6:
		return g.command("MSET", g.key(), g.value(), "another", g.value())
	default:
		return g.command(pick(g, "PING", "ECHO", "GET", "NOSUCH"), "a", "b")
	}
}

// count adds what a command has come to.
func (c counts) count(s step, reply []byte) error {
	n, err := strconv.Atoi(string(bytes.TrimSuffix(bytes.TrimPrefix(reply, []byte(":")), []byte("\r\n"))))
	keys := s.args[1:]
	switch number := err == nil; {
	case s.name() == "SET" && string(reply) == "+OK\r\n":
		c.add("put", "ok", 1)
	case s.name() == "MSET" && string(reply) == "+OK\r\n":
		c.add("BATCH put", "ok", 1)
	case s.name() == "GET" && len(keys) == 1 && (string(reply) == "$-1\r\n" || string(reply) == "_\r\n"):
		c.add("get", "miss", 1)
	case s.name() == "GET" && len(keys) == 1 && reply[0] == '$':
		c.add("get", "ok", 1)
	case s.name() == "EXISTS" && number:
		c.add("get", "ok", n)
		c.add("get", "miss", len(keys)-n)
	case s.name() == "DEL" && number:
		slices.Sort(keys)
		c.add("get", "ok", n)
		c.add("get", "miss", len(slices.Compact(keys))-n)
		if n == 1 {
			c.add("delete", "ok", 1)
		} else if n > 1 {
			c.add("BATCH delete", "ok", 1)
		}
	case slices.Contains([]string{"PING", "ECHO", "GET", "NOSUCH"}, s.name()) && reply[0] == '-':
	default:
		return fmt.Errorf("the reply to %v is %s", s, shown(reply))
	}
	return nil
}
