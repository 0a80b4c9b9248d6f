package redishook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Names of batches, by the semantic conventions for Redis.
const (
	pipelined   = "PIPELINE"
	transaction = "MULTI"
)

// mostCommands is how many a Config can name: a Recorder takes 64 operations, and other
// and the two kinds of batches are always among them.
const mostCommands = 64 - 3

// Commands returns the commands that have names of their own by default, those that
// have series from the start first.
func Commands() []string { return slices.Clone(commands) }

// The first are those that caches have. The rest is what applications send, and no
// administrator; commands that wait are at the end.
var commands = strings.Fields(`
	GET SET DEL EXISTS EXPIRE INCR MGET HGET HSET HGETALL
	MSET SETNX SETEX GETDEL GETEX INCRBY DECR TTL SCAN
	HMGET HDEL HEXISTS HINCRBY HSCAN
	LPUSH RPUSH LPOP RPOP LRANGE LLEN
	SADD SREM SMEMBERS SISMEMBER SCARD
	ZADD ZREM ZRANGE ZRANGEBYSCORE ZSCORE ZINCRBY ZCARD
	XADD XACK XRANGE
	EVAL EVALSHA PUBLISH WATCH PING
	BLPOP BRPOP BLMOVE BZPOPMIN XREAD XREADGROUP
`)

// batches of one command, which have a name of their own by default.
var batches = []string{pipelined + " GET", pipelined + " SET", transaction + " SET"}

// unrecorded are commands of subscriptions, and those by which a client introduces itself to the
// server when it opens a connection.
var unrecorded = []string{
	"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE",
	"HELLO", "AUTH", "SELECT", "READONLY", "CLIENT",
}

// operations returns the names of a recorder: the first twelve have series from the start.
func operations(named []string) []string {
	early := min(len(named), 10)
	names := append(slices.Clone(named[:early]), pipelined, transaction)
	return append(append(names, named[early:]...), string(catalog.Other))
}

// named returns the commands that have names of their own, as they are written on the page.
func (c *Config) named() ([]string, error) {
	if c == nil || c.Commands == nil {
		return append(Commands(), batches...), nil
	}
	if len(c.Commands) > mostCommands {
		return nil, fmt.Errorf("%d Commands are more than %d", len(c.Commands), mostCommands)
	}
	names := make([]string, 0, len(c.Commands))
	for _, name := range c.Commands {
		name = strings.ToUpper(name)
		switch {
		case name == pipelined || name == transaction || name == "EXEC":
			return nil, fmt.Errorf("the Commands have %s, which is always recorded as a batch", name)
		case slices.Contains(unrecorded, name):
			return nil, fmt.Errorf("the Commands have %s, which is not recorded", name)
		case slices.Contains(rarelyWaiting, name):
			return nil, fmt.Errorf("the Commands have %s, which counts as other", name)
		case slices.Contains(names, name):
			return nil, fmt.Errorf("the Commands have %s twice", name)
		}
		names = append(names, name)
	}
	return names, nil
}

// rarelyWaiting are further commands that wait on purpose. Objectives do not know them, so
// they count as other.
var rarelyWaiting = []string{"BLMPOP", "BRPOPLPUSH", "BZMPOP", "BZPOPMAX", "WAIT", "WAITAOF"}

func waits(name string) bool {
	return name != "PING" && slices.Contains(catalog.UntimedCommands(), catalog.Operation(name)) || slices.Contains(rarelyWaiting, name)
}
