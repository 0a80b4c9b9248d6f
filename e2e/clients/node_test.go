package clients

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// nodeFamilies are the libraries that drive.js of tools/nodeclients drives.
var nodeFamilies = []string{"ioredis", "node-redis-4", "node-redis-6"}

var nodeFolder = filepath.Join("..", "..", "tools", "nodeclients")

// tryNode does the steps with a library of Node.js. The program says of each how it
// went.
func (s *server) tryNode(t *testing.T, family, name string) {
	node := nodeInstalled(t)
	small := slices.DeleteFunc(slices.Clone(s.steps), func(step string) bool { return step == "large" })
	said := s.drive(t, node, family, name, small...)
	if len(small) < len(s.steps) {
		s.large.Lock()
		said += s.drive(t, node, family, name, "large")
		s.large.Unlock()
	}
	for _, step := range s.steps {
		t.Run(step, func(t *testing.T) {
			if !slices.Contains(strings.Split(said, "\n"), "ok "+step) {
				t.Errorf("%s", said)
			}
		})
	}
}

func (s *server) drive(t *testing.T, node, family, name string, steps ...string) string {
	ctx, cancel := context.WithTimeout(t.Context(), 4*process.Soon)
	defer cancel()
	args := append([]string{"drive.js", family, s.address, name, family + ":" + name + ":"}, steps...)
	cmd := exec.CommandContext(ctx, node, args...)
	cmd.Dir = nodeFolder
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v: %s", family, err, out)
	}
	return string(out)
}

// nodeInstalled returns the path of a Node that is new enough, or ends the test unless
// it is there, with the libraries.
func nodeInstalled(t *testing.T) string {
	t.Helper()
	for _, family := range []string{"ioredis", "redis-4", "redis-6"} {
		if _, err := os.Stat(filepath.Join(nodeFolder, "node_modules", family)); err != nil {
			process.Missing(t, family+" is not installed: run npm ci --ignore-scripts in tools/nodeclients")
		}
	}
	// Not by node_modules/.bin, which older versions of npm leave empty.
	own, err := filepath.Glob(filepath.Join(nodeFolder, "node_modules", "node-*", "bin", "node"))
	if err != nil || len(own) == 0 {
		return process.Installed(t, "node")
	}
	path, err := filepath.Abs(own[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}
