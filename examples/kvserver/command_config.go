package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
	"github.com/otelkv/otelkv/examples/kvserver/internal/glob"
)

// maxPatterns is the length of all patterns of a CONFIG GET together, in bytes: the
// names of all that Redis can be told are shorter.
const maxPatterns = 16 * maxPattern

func configTable() []command {
	return withHelp("config",
		command{name: "get", arity: -3, run: runConfigGet, syntax: "GET <pattern>", summary: "Return parameters matching the glob-like <pattern> and their values."},
	)
}

// CONFIG GET pattern [pattern ...]. Programs such as redis-benchmark ask how
// durable the server is.
func runConfigGet(_ context.Context, c *client, args [][]byte) error {
	settings, size := c.server.settings(), 0
	wanted := make([]bool, len(settings))
	for _, arg := range args[2:] {
		if size += len(arg); size > maxPatterns {
			return commandError(fmt.Sprintf("the patterns are longer than %d bytes together", maxPatterns))
		}
		pattern, err := namePattern(arg)
		if err != nil {
			return err
		}
		for i, setting := range settings {
			wanted[i] = wanted[i] || matches(pattern, setting.name)
		}
	}
	var matched []infoLine
	for i, setting := range settings {
		if wanted[i] {
			matched = append(matched, setting)
		}
	}
	c.out.Map(len(matched))
	for _, setting := range matched {
		c.out.BulkString(setting.name)
		c.out.BulkString(fmt.Sprint(setting.value))
	}
	return nil
}

// namePattern returns a pattern, in any case, for names in lower case.
func namePattern(arg []byte) (glob.Pattern, error) {
	if err := checkPattern(arg); err != nil {
		return nil, err
	}
	return glob.Pattern(bytes.ToLower(arg)), nil
}

func matches(pattern glob.Pattern, name string) bool {
	ok, _ := pattern.Match([]byte(name))
	return ok
}

// settings are in the words of Redis. None can be changed while it runs.
func (s *server) settings() []infoLine {
	appendonly, fsync := "no", "no"
	if s.about.engine != "memory" && !s.keys.db.remote { // whose own configuration decides
		appendonly = "yes" // each write goes to the engine at once
		if s.about.sync {
			fsync = "always"
		}
	}
	return []infoLine{
		{"appendfsync", fsync},
		{"appendonly", appendonly},
		{"databases", database.Count},
		{"maxclients", s.limits.clients},
		{"maxmemory", 0}, // of the data
		{"maxmemory-policy", "noeviction"},
		{"port", s.about.port},
		{"proto-max-bulk-len", s.limits.size.Bulk},
		{"save", ""},
		{"tracking-table-max-keys", s.limits.tracking().Keys},
		{"timeout", int(s.limits.idleTime.Seconds())},
	}
}
