//go:build unix

package e2e

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

// TestGuide runs the commands of the guide: those of a terminal each in the
// background; of the rest the first block, which picks an operation, until there
// is one, and the second until it finds what the guide promises of it.
func TestGuide(t *testing.T) {
	t.Parallel()
	process.Installed(t, "curl")
	victoriaLogsTool.built(t)
	otelcolTool.built(t)
	dir := t.TempDir()
	here := map[string]string{".build": dir}
	for _, address := range []string{"127.0.0.1:9428", "127.0.0.1:4317", "127.0.0.1:4318", "127.0.0.1:8888", "127.0.0.1:8080"} {
		here[address] = process.FreeAddress(t)
	}
	_, metricsPort, err := net.SplitHostPort(here["127.0.0.1:8888"])
	if err != nil {
		t.Fatal(err)
	}
	var replace []string
	for as, is := range here {
		replace = append(replace, as, is)
	}
	replacer := strings.NewReplacer(replace...)
	env := append(os.Environ(), "TMPDIR="+t.TempDir(),
		"VICTORIALOGS="+here["127.0.0.1:9428"], "OTLP_GRPC="+here["127.0.0.1:4317"],
		"OTLP_HTTP="+here["127.0.0.1:4318"], "COLLECTOR_METRICS_PORT="+metricsPort)
	bash := func(script string) *exec.Cmd {
		cmd := exec.Command("bash", "-c", replacer.Replace(script))
		cmd.Dir, cmd.Env = "..", env
		return cmd
	}

	// So that the guide's own command starts at once.
	if out, err := bash("go run ./examples/quickstart -help").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	var programs int
	var rest []string
	var last *process.Process
	for _, block := range guideBlocks(t, logsGuide, "sh") {
		if !strings.HasPrefix(block, "# terminal ") {
			rest = append(rest, block)
			continue
		}
		programs++
		cmd := bash(block)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the shell's programs end with it
		last = launch(t, cmd)
		t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) })
		if programs < 3 {
			address := here[[]string{"127.0.0.1:9428", "127.0.0.1:4318"}[programs-1]]
			last.Eventually(t, "terminal "+address, func() bool {
				conn, err := net.Dial("tcp", address)
				if err == nil {
					_ = conn.Close()
				}
				return err == nil
			})
		}
	}
	if programs != 3 || len(rest) != 2 {
		t.Fatalf("the guide has %d terminals and %d other blocks, want 3 and 2", programs, len(rest))
	}
	var ids []string
	last.Eventually(t, "an operation to look for", func() bool {
		out, err := bash(rest[0] + `echo "$trace $span"`).Output()
		ids = strings.Fields(string(out))
		return err == nil && len(ids) == 2
	})
	last.Eventually(t, "what the guide promises", func() bool {
		out, _ := bash("trace=" + ids[0] + " span=" + ids[1] + "\n" + rest[1]).Output()
		return strings.Contains(string(out), "the trace is there") &&
			strings.Contains(string(out), `"severity":`) && strings.Contains(string(out), `"level":`)
	})
}
