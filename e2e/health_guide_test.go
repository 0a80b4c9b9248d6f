package e2e

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
)

const healthGuide = "../docs/guides/health.md"

// block returns the first block of a language in the guide to health.
func block(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile(healthGuide)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(page)
	if found == nil {
		t.Fatalf("%s has no block of %s", healthGuide, language)
	}
	return string(found[1])
}

// TestHealthGuideCommands types what the guide says, and wants what it shows.
func TestHealthGuideCommands(t *testing.T) {
	t.Parallel()
	process.Installed(t, "curl")
	p, address := startQuickstart(t)
	// What is said of this machine's disk and memory is another matter.
	machine := regexp.MustCompile(`\[.\] (disk|memory): .*`)
	transcript := strings.ReplaceAll(block(t, "console"), "127.0.0.1:8080", address)
	for step := range strings.SplitSeq(strings.TrimPrefix(transcript, "$ "), "\n$ ") {
		command, want, _ := strings.Cut(step, "\n")
		p.Eventually(t, "what follows "+command, func() bool {
			out, err := exec.CommandContext(t.Context(), "sh", "-c", command).Output()
			if err != nil {
				t.Fatalf("%s: %v", command, err)
			}
			got := machine.ReplaceAllString(string(out), "[+] $1: pass")
			return strings.TrimSpace(got) == strings.TrimSpace(want)
		})
	}
}

// TestHealthGuideKubernetes: the numbers of the guide fit each other and the
// program, which takes the flags.
func TestHealthGuideKubernetes(t *testing.T) {
	yaml := block(t, "yaml")
	number := func(pattern string) int {
		t.Helper()
		found := regexp.MustCompile(`(?s)` + pattern + `(\d+)`).FindStringSubmatch(yaml)
		if found == nil {
			t.Fatalf("no number after %s", pattern)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	seconds := func(pattern string) time.Duration {
		t.Helper()
		return time.Duration(number(pattern)) * time.Second
	}
	// patience is how long a probe may fail until somebody acts.
	patience := func(probe string) time.Duration {
		t.Helper()
		period, timeout := seconds(probe+`:.*?periodSeconds: `), seconds(probe+`:.*?timeoutSeconds: `)
		if timeout > period {
			t.Errorf("%s: the time-out %v is above the period %v", probe, timeout, period)
		}
		return time.Duration(number(probe+`:.*?failureThreshold: `))*period + timeout
	}
	drain, grace := seconds(`-drain=`), seconds(`terminationGracePeriodSeconds: `)
	const act = 3 * time.Second // for who asked to stop to send
	if noticed := patience("readinessProbe"); drain < noticed+act {
		t.Errorf("the program drains for %v, which may be noticed after %v", drain, noticed)
	}
	const clients, answers, rest = 10 * time.Second, 5 * time.Second, 10 * time.Second
	if grace < drain+clients+answers+rest {
		t.Errorf("killed after %v, which is too soon after a drain of %v", grace, drain)
	}
	if p := patience("livenessProbe"); p < 30*time.Second {
		t.Errorf("restarted after %v", p)
	}
	if p := patience("startupProbe"); p < 5*time.Minute {
		t.Errorf("given up after %v", p)
	}

	var args []string
	if err := json.Unmarshal([]byte(regexp.MustCompile(`args: (\[.*\])`).FindStringSubmatch(yaml)[1]), &args); err != nil {
		t.Fatal(err)
	}
	s := startKVServer(t, append(args, "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-dir", t.TempDir(), "-drain", "0")...)
	for _, found := range regexp.MustCompile(`path: (\S+), port: (\d+)`).FindAllStringSubmatch(yaml, -1) {
		if _, port, err := net.SplitHostPort(strings.TrimPrefix(args[1], "-admin=")); err != nil || port != found[2] {
			t.Errorf("the probe of %s goes to port %s, %s", found[1], found[2], args[1])
		}
		s.Eventually(t, found[1], func() bool {
			_, err := fetch(t, s.admin+found[1])
			return err == nil
		})
	}
}
