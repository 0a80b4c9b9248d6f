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

const profilesGuide = "../docs/guides/profiles.md"

// profilesGuideShows is what the commands of each block print, in the guide's
// order; those of a terminal print that they are ready.
var profilesGuideShows = [][]string{
	{"Stop with Ctrl-C"},
	{"Type: cpu", "flat%"},
	{"db.operation.name: Total", "get", "tagfocus=db.operation.name=get"},
	{"goroutine profile: total"},
	{"Type: delay"},
	{"Type: alloc_space", "Type: inuse_space"},
	{"Type: delay"},
	{"slow"},
	{`"trace_id":"`, `"duration_ms":`},
	{`"reason":"slow"`, "-flight-slow-"},
	{`Category="trace_id" Message="`},
	{"Type: delay", "main.", "otelkv/instrument."}, // of the fault, or of a disk that was slow before it
	{"disk"},
	{"-goroutine-readiness-disk.", "-heap-", "-flight-", "-mutex-", `"disk full"`, "Type: cpu"},
	{"runtime.gopark"},
	{"Stop with Ctrl-C"},
	{"Type: inuse_space"},
	{"Stop with Ctrl-C"},
	{"goroutine profile: total", "Type: inuse_space"},
	{"credentials are needed\n", "kvserver: -pprof: ", "exit status 1"},
}

// TestProfilesGuide runs the commands of the guide, those of a terminal in the
// background, until they show what they are there for.
func TestProfilesGuide(t *testing.T) {
	t.Parallel()
	process.Installed(t, "curl")
	dir := t.TempDir()
	_, token, err := net.SplitHostPort(process.FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	replacer := strings.NewReplacer(".build", dir, "127.0.0.1:8080", process.FreeAddress(t), "127.0.0.1:6060", process.FreeAddress(t), ":6061", ":"+token)
	bash := func(script string) *exec.Cmd {
		cmd := exec.Command("bash", "-ec", replacer.Replace(script))
		cmd.Dir, cmd.Env = "..", append(os.Environ(), "TMPDIR="+t.TempDir())
		return cmd
	}
	blocks := guideBlocks(t, profilesGuide, "sh")
	if len(blocks) != len(profilesGuideShows) {
		t.Fatalf("the guide has %d blocks, want %d", len(blocks), len(profilesGuideShows))
	}
	var shop *process.Process
	for i, block := range blocks {
		shows := func(out string) bool {
			for _, want := range profilesGuideShows[i] {
				if !strings.Contains(out, want) {
					return false
				}
			}
			return true
		}
		if strings.HasPrefix(block, "# terminal ") {
			// So that the guide's own command starts at once.
			_, program, _ := strings.Cut(block, "./examples/")
			program, _, _ = strings.Cut(program, " ")
			if out, err := bash("go run ./examples/" + program + " -help").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			cmd := bash(block)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the shell's programs end with it
			p := launch(t, cmd)
			t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) })
			p.Eventually(t, block, func() bool { return shows(p.Stderr.String()) })
			if shop == nil {
				shop = p
			}
			continue
		}
		var last []byte
		t.Cleanup(func() {
			if t.Failed() && last != nil {
				t.Logf("%s\n%s", block, last)
			}
		})
		shop.Eventually(t, block, func() bool {
			out, _ := bash(block).CombinedOutput()
			last = out
			return shows(string(out))
		})
		last = nil
	}
}
