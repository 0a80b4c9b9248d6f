package redisserver

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// A Cluster is one of three primaries that share the slots, and no replicas.
type Cluster struct {
	Nodes []*Server
}

// StartCluster runs one until the end of the test, and returns once each node knows all.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := new(Cluster)
	create := []string{"--cluster", "create"}
	for range 3 {
		_, _, bus := process.FreePort(t)
		// A machine that is busy holds a node up for longer than the time-out that they have by default.
		s := Start(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus), "--cluster-node-timeout", strconv.FormatInt(process.Soon.Milliseconds(), 10))
		c.Nodes = append(c.Nodes, s)
		create = append(create, s.Address)
	}
	out, err := exec.CommandContext(t.Context(), process.Installed(t, "redis-cli"), append(create, "--cluster-yes")...).CombinedOutput()
	if err != nil {
		t.Fatalf("redis-cli: %v\n%s", err, out)
	}
	for _, s := range c.Nodes {
		s.Eventually(t, "the whole cluster", func() bool {
			info := s.cli(t, "cluster", "info")
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_size:3")
		})
	}
	return c
}

// cli returns what redis-cli says to a command.
func (s *Server) cli(t testing.TB, args ...string) string {
	t.Helper()
	args = append([]string{"-h", s.Host, "-p", strconv.Itoa(s.Port)}, args...)
	out, _ := exec.CommandContext(t.Context(), process.Installed(t, "redis-cli"), args...).CombinedOutput()
	return string(out)
}
