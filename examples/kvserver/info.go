package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

const (
	serverName = "kvserver"

	// redisVersion is that of the commands: clients look at it to tell which
	// options a server knows.
	redisVersion = "7.0.0"
)

// about is what INFO and CONFIG GET tell of the server.
type about struct {
	engine    string
	namespace string
	sync      bool
	telemetry bool
	port      string
	started   time.Time
}

// INFO [section ...].
func runInfo(_ context.Context, c *client, args [][]byte) error {
	wanted := make(map[string]bool)
	for _, arg := range args[1:] {
		wanted[upper(arg)] = true
	}
	all := len(wanted) == 0 || wanted["ALL"] || wanted["DEFAULT"] || wanted["EVERYTHING"]
	var text strings.Builder
	for _, section := range c.server.info() {
		if !all && !wanted[strings.ToUpper(section.name)] {
			continue
		}
		if text.Len() > 0 {
			text.WriteString("\r\n")
		}
		fmt.Fprintf(&text, "# %s\r\n", section.name)
		for _, line := range section.lines {
			fmt.Fprintf(&text, "%s:%v\r\n", line.name, line.value)
		}
	}
	c.out.Verbatim("txt", text.String())
	return nil
}

type infoSection struct {
	name  string
	lines []infoLine
}

type infoLine struct {
	name  string
	value any
}

func (s *server) info() []infoSection {
	uptime := time.Since(s.about.started)
	tracks := s.tracks.Totals()
	return []infoSection{
		{"Server", []infoLine{
			{"server_name", serverName},
			{"redis_version", redisVersion},
			{"redis_mode", "standalone"},
			{"os", runtime.GOOS},
			{"arch_bits", strconv.IntSize},
			{"go_version", runtime.Version()},
			{"process_id", os.Getpid()},
			{"tcp_port", s.about.port},
			{"uptime_in_seconds", int(uptime.Seconds())},
			{"uptime_in_days", int(uptime.Hours() / 24)},
		}},
		{"Clients", []infoLine{
			{"connected_clients", s.connected()},
			{"maxclients", s.limits.clients},
			{"blocked_clients", 0},
			{"tracking_clients", tracks.Clients},
		}},
		{"Memory", []infoLine{
			{"used_memory", usedMemory()},
			{"mem_clients_normal", s.budget.Size() - s.budget.Left()},
			{"maxmemory", 0},
			{"maxmemory_policy", "noeviction"},
		}},
		{"Persistence", []infoLine{
			{"loading", 0},
			{"engine", s.about.engine},
			{"namespace", s.about.namespace},
			{"sync", s.about.sync},
			{"telemetry", s.about.telemetry},
		}},
		{"Stats", []infoLine{
			{"total_connections_received", s.stats.connections.Load()},
			{"total_commands_processed", s.stats.commands.Load()},
			{"rejected_connections", s.stats.rejected.Load()},
			{"tracking_total_keys", tracks.Keys},
			{"tracking_total_items", tracks.Items},
			{"tracking_total_prefixes", tracks.Prefixes},
		}},
		{"Replication", []infoLine{
			{"role", "master"},
			{"connected_slaves", 0},
		}},
	}
}

// usedMemory returns what the Go runtime has of the operating system, in bytes.
func usedMemory() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
