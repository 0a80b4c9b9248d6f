package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/otelkv/otelkv/examples/kvserver/internal/database"
	"github.com/otelkv/otelkv/examples/kvserver/internal/glob"
)

func configTable() []command {
	return withHelp("config",
		command{name: "get", arity: -3, run: runConfigGet, syntax: "GET <pattern>", summary: "Return parameters matching the glob-like <pattern> and their values."},
	)
}

// CONFIG GET pattern [pattern ...]. Programs such as redis-benchmark ask how
// durable the server is.
func runConfigGet(_ context.Context, c *client, args [][]byte) error {
	var matched []infoLine
	for _, setting := range c.server.settings() {
		for _, pattern := range args[2:] {
			if matches(pattern, setting.name) {
				matched = append(matched, setting)
				break
			}
		}
	}
	c.out.Map(len(matched))
	for _, setting := range matched {
		c.out.BulkString(setting.name)
		c.out.BulkString(fmt.Sprint(setting.value))
	}
	return nil
}

// matches reports whether a name in lower case matches a pattern in any case.
func matches(pattern []byte, name string) bool {
	ok, _ := glob.Pattern(bytes.ToLower(pattern)).Match([]byte(name))
	return ok
}

// settings are in the words of Redis. None can be changed while it runs.
func (s *server) settings() []infoLine {
	appendonly, fsync := "no", "no"
	if s.about.engine != "memory" {
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
