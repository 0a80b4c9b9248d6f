package redisserver

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A Cluster is one of three primaries that share the slots, and as many replicas of each or none.
type Cluster struct {
	Nodes    []*Server // the primaries first
	replicas int       // of each
}

// StartCluster runs one until the end of the test, and returns once each node knows all. Nodes replace each other after
// the timeout, which has to be longer than a machine that is busy holds one up.
func StartCluster(t testing.TB, replicas int, timeout time.Duration) *Cluster {
	t.Helper()
	c := &Cluster{replicas: replicas}
	create := []string{"--cluster", "create"}
	for range 3 + 3*replicas {
		_, _, bus := process.FreePort(t)
		s := Start(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus), "--cluster-node-timeout", strconv.FormatInt(timeout.Milliseconds(), 10),
			"--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0", "--loglevel", "warning")
		c.Nodes = append(c.Nodes, s)
		create = append(create, s.Address)
	}
	create = append(create, "--cluster-replicas", strconv.Itoa(replicas), "--cluster-yes")
	out, err := exec.CommandContext(t.Context(), process.Installed(t, "redis-cli"), create...).CombinedOutput()
	if err != nil {
		t.Fatalf("redis-cli: %v\n%s", err, out)
	}
	for _, s := range c.Nodes {
		s.Eventually(t, "the whole cluster", func() bool {
			info := s.cli(t, "cluster", "info")
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_size:3") && c.known(s.cli(t, "cluster", "nodes"))
		})
	}
	return c
}

// Seeds returns the addresses of all nodes, as a target.
func (c *Cluster) Seeds() string {
	var addresses []string
	for _, s := range c.Nodes {
		addresses = append(addresses, s.Address)
	}
	return strings.Join(addresses, ",")
}

// Tell writes what each node that still answers knows of the others, if the test has failed.
func (c *Cluster) Tell(t testing.TB) {
	t.Cleanup(func() {
		for _, s := range c.Nodes {
			if t.Failed() {
				t.Logf("%s knows:\n%s", s.Address, s.cli(t, "cluster", "nodes"))
			}
		}
	})
}

// known reports whether a node has links to all others, and knows whose replicas the replicas are, by what it says: only
// then it votes for one of them.
func (c *Cluster) known(about string) bool {
	nodes, primaries, following := 0, 0, 0
	for line := range strings.Lines(about) {
		f := strings.Fields(line) // id, address, flags, primary, ping sent, pong received, epoch, link, slots
		if len(f) < 8 || f[7] != "connected" || strings.Contains(f[2], "handshake") || strings.Contains(f[2], "fail") {
			return false
		}
		nodes++
		switch {
		case strings.Contains(f[2], "slave") && f[3] != "-":
			following++
		case strings.Contains(f[2], "master") && len(f) > 8:
			primaries++
		}
	}
	return nodes == len(c.Nodes) && primaries == 3 && following == 3*c.replicas
}

// cli returns what redis-cli says to a command.
func (s *Server) cli(t testing.TB, args ...string) string {
	t.Helper()
	args = append([]string{"-h", s.Host, "-p", strconv.Itoa(s.Port)}, args...)
	ctx := context.WithoutCancel(t.Context()) // the test may be over
	out, _ := exec.CommandContext(ctx, process.Installed(t, "redis-cli"), args...).CombinedOutput()
	return string(out)
}
