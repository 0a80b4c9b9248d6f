package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

const (
	logsGuide    = "../docs/guides/logs-and-traces.md"
	scalingGuide = "../docs/guides/scaling.md"
)

var fenced = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```")

// guideBlocks returns the blocks of a guide in one language.
func guideBlocks(t *testing.T, guide, language string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		if m[1] == language {
			blocks = append(blocks, m[2])
		}
	}
	return blocks
}

// TestGuideConfigurations: the guide shows the configuration that the tests
// run, and the Collector accepts what the guide says to add to it.
func TestGuideConfigurations(t *testing.T) {
	shown, err := os.ReadFile("../docs/guides/collector.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := otelcolTool.built(t)
	blocks := guideBlocks(t, logsGuide, "yaml")
	if len(blocks) == 0 || blocks[0] != string(shown) {
		t.Errorf("%s does not show collector.yaml as it is", logsGuide)
	}
	var additions int
	for _, block := range blocks {
		if !strings.HasPrefix(block, "exporters:") {
			continue
		}
		additions++
		file := filepath.Join(t.TempDir(), "addition.yaml")
		if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), path, "validate", "--config", "../docs/guides/collector.yaml", "--config", file)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s\n%s", err, out, block)
		}
	}
	if additions != 3 {
		t.Errorf("the guide has %d additions to the configuration, want 3", additions)
	}
}

// TestGuidePrometheus: Prometheus accepts the configuration of a shard.
func TestGuidePrometheus(t *testing.T) {
	promtool := process.Installed(t, "promtool")
	blocks := guideBlocks(t, scalingGuide, "yaml")
	if len(blocks) != 1 {
		t.Fatalf("%s has %d configurations, want 1", scalingGuide, len(blocks))
	}
	file := filepath.Join(t.TempDir(), "prometheus.yml")
	if err := os.WriteFile(file, []byte(blocks[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), promtool, "check", "config", "--agent", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
