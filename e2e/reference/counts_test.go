package reference

import (
	"bufio"
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
					if err := counts[i].send(s.Address, engine != "pebble", rand.New(rand.NewPCG(seed, uint64(i)))); err != nil {
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

// send sends pipelines of commands, and counts what they have come to. Some engines read
// many keys in one operation.
func (c counts) send(address string, many bool, random *rand.Rand) error {
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
		var groups [][]step
		var commands [][]byte
		for range 1 + g.IntN(20) {
			group := g.counted()
			groups = append(groups, group)
			for _, s := range group {
				commands = append(commands, s.bytes())
			}
		}
		replies, err := conn.send(commands...)
		if err != nil {
			return err
		}
		for _, group := range groups {
			if err := c.count(group, replies[:len(group)], many); err != nil {
				return err
			}
			replies = replies[len(group):]
		}
	}
	return nil
}

// counted returns a command, or a transaction, of which it is known what it is to a store.
func (g generator) counted() []step {
	one := func(s step) []step { return []step{s} }
	key := g.key()
	switch g.IntN(10) {
	case 0, 1:
		return one(g.command("SET", key, g.value()))
	case 2, 3:
		return one(g.command("GET", key))
	case 4:
		return one(g.command("DEL", g.keys()...))
	case 5:
		return one(g.command("EXISTS", g.keys()...))
	case 6:
		return one(g.command("MSET", key, g.value(), "another", g.value()))
	case 7:
		return one(g.command("MGET", key, "another", key))
	case 8:
		return []step{
			g.command("MULTI"), g.command("GET", key), g.command("SET", key, g.value()), g.command("SET", "another", g.value()),
			g.command(pick(g, "EXEC", "EXEC", "DISCARD")),
		}
	default:
		return one(g.command(pick(g, "PING", "ECHO", "GET", "NOSUCH"), "a", "b"))
	}
}

// count adds what a command, or a transaction, has come to.
func (c counts) count(group []step, replies [][]byte, many bool) error {
	s, reply := group[0], replies[len(replies)-1]
	n, err := strconv.Atoi(string(bytes.TrimSuffix(bytes.TrimPrefix(reply, []byte(":")), []byte("\r\n"))))
	args := s.args[1:]
	switch number := err == nil; {
	case s.name() == "MULTI" && group[len(group)-1].name() == "DISCARD" && string(reply) == "+OK\r\n":
	case s.name() == "MULTI" && len(elements(reply)) == 3:
		_, first, _ := bytes.Cut(reply, []byte("\r\n"))
		c.got(first)
		c.add("BATCH put", "ok", 1)
	case s.name() == "SET" && string(reply) == "+OK\r\n":
		c.add("put", "ok", 1)
	case s.name() == "MSET" && string(reply) == "+OK\r\n":
		c.add("BATCH put", "ok", 1)
	case s.name() == "MGET" && reply[0] == '*' && many:
		c.add("BATCH get", "ok", 1)
	case s.name() == "MGET" && reply[0] == '*':
		_, rest, _ := bytes.Cut(reply, []byte("\r\n"))
		in := conn{in: bufio.NewReader(bytes.NewReader(rest))}
		for range args {
			value, err := in.reply(nil)
			if err != nil {
				return err
			}
			c.got(value)
		}
	case s.name() == "GET" && len(args) == 1 && reply[0] != '-':
		c.got(reply)
	case s.name() == "EXISTS" && number:
		c.add("get", "ok", n)
		c.add("get", "miss", len(args)-n)
	case s.name() == "DEL" && number:
		slices.Sort(args)
		c.add("get", "ok", n)
		c.add("get", "miss", len(slices.Compact(args))-n)
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

// got counts a get by a reply that begins with the value, or with that of none.
func (c counts) got(reply []byte) {
	if reply[0] == '_' || bytes.HasPrefix(reply, []byte("$-1")) {
		c.add("get", "miss", 1)
	} else {
		c.add("get", "ok", 1)
	}
}
