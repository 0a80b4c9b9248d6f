package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/otelkv/otelkv/benchmarks/internal/redisrival"
)

const (
	// redisShare of the rounds is enough, 30 by default, for the same reason as serverShare.
	redisShare = 10

	// redisGets are those of a client at a time, some tenths of a second.
	redisGets = 5000
)

// A redisCost is what is measured of the gets of one kind of client, by round.
type redisCost struct{ cpu, allocations, bytes []float64 }

// redisCosts measures all kinds of clients on one server, in turns, each in a process of its own.
func (s *session) redisCosts() (costs map[string]*redisCost, err error) {
	if _, err := cpuTime(os.Getpid()); err != nil {
		return nil, &leftOutError{"the CPU time of another process: " + err.Error()}
	}
	scratch, err := os.MkdirTemp("", "otelkv-report-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	server, err := startRedis(s.ctx, scratch)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	path, err := buildRedisClient(s.ctx, filepath.Join(scratch, "redisclient"))
	if err != nil {
		return nil, err
	}
	kinds := redisrival.Kinds()
	clients := make([]*redisClient, len(kinds))
	costs = make(map[string]*redisCost)
	for i, kind := range kinds {
		if clients[i], err = startRedisClient(s.ctx, path, kind, server.address); err != nil {
			return nil, err
		}
		defer clients[i].stop()
		if _, err := clients[i].gets(redisGets); err != nil { // what is allocated on first use
			return nil, err
		}
		costs[kind] = new(redisCost)
	}
	for round := range max(1, s.rounds/redisShare) {
		for _, i := range order(len(clients), round) {
			run, err := clients[i].gets(redisGets)
			if err != nil {
				return nil, err
			}
			c := costs[kinds[i]]
			c.cpu = append(c.cpu, run.cpu)
			c.allocations = append(c.allocations, run.allocations)
			c.bytes = append(c.bytes, run.bytes)
		}
	}
	return costs, nil
}

// redisRow compares what a kind of client adds to a bare one with what a rival adds.
func redisRow(kind, bare, rival string, of func(*redisCost) []float64, unit string) func(*session) (row, error) {
	return func(s *session) (row, error) {
		costs, err := s.redis()
		if err != nil {
			return row{}, err
		}
		r, err := redisRatio(of(costs[kind]), of(costs[bare]), of(costs[rival]), of(costs[redisrival.Bare]), unit)
		r.Note = fmt.Sprintf("%d rounds of %d gets", len(costs[kind].cpu), redisGets)
		return r, err
	}
}

// redisRatio divides what is added to a base by what the rival adds to its own. Allocations and
// bytes do not depend on the machine: the least of the rounds is what no poller added to, whole.
func redisRatio(cost, base, rival, rivalBase []float64, unit string) (row, error) {
	if unit == "ns" {
		e, err := ratioOf(minus(cost, base), minus(rival, rivalBase))
		return e.row(), err
	}
	r := row{Cost: math.Round(least(cost) - least(base)), Reference: math.Round(least(rival) - least(rivalBase)), Unit: unit}
	if r.Reference <= 0 {
		return r, errTooNoisy
	}
	r.Ratio = r.Cost / r.Reference
	return r, nil
}

func least(values []float64) float64 {
	best := math.Inf(1)
	for _, v := range values {
		best = min(best, v)
	}
	return best
}

// redisRows are the lines about Redis: the hook and the adapter against redisotel, and the hook
// against redisotel-native, which measures and does not trace.
func redisRows() (rows []definition) {
	for _, subject := range []struct {
		prefix, kind, bare, rival, what string
		goals                           bool
	}{
		{"redis", redisrival.Hook, redisrival.Bare, redisrival.RedisOTel, "added to a go-redis Get by the hook ÷ by redisotel", true},
		{"redis_adapter", redisrival.Adapter, redisrival.Store, redisrival.RedisOTel, "added to a Get of kvredis by the decorator ÷ by redisotel", true},
		{"redis_native", redisrival.Hook, redisrival.Bare, redisrival.Native, "added to a go-redis Get by the hook ÷ by redisotel-native, without spans", false},
	} {
		for _, cost := range []struct {
			suffix, unit, what string
			goal               float64
			of                 func(*redisCost) []float64
		}{
			{"allocs", "allocations", "allocations ", 0, func(c *redisCost) []float64 { return c.allocations }},
			{"bytes", "B", "bytes ", 0, func(c *redisCost) []float64 { return c.bytes }},
			{"cpu", "ns", "CPU time ", 0.2, func(c *redisCost) []float64 { return c.cpu }},
		} {
			d := definition{
				name: subject.prefix + "_" + cost.suffix, what: cost.what + subject.what,
				measure: redisRow(subject.kind, subject.bare, subject.rival, cost.of, cost.unit),
			}
			if subject.goals {
				d.goal = atMost(cost.goal)
			}
			rows = append(rows, d)
		}
	}
	return rows
}
