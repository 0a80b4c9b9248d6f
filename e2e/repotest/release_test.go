package repotest

import (
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// released is a version that no go.mod of the tree has: one that .ci/release has not
// moved leads nowhere.
const released = "v0.987.0"

const user = `package main

import (
	_ "github.com/otelkv/otelkv/kvdb/kvbadger"
	_ "github.com/otelkv/otelkv/kvdb/kvbolt"
	_ "github.com/otelkv/otelkv/kvdb/kvpebble"
	_ "github.com/otelkv/otelkv/kvdb/kvredis"
	_ "github.com/otelkv/otelkv/otelsetup/observe"
)

func main() {}
`

// TestRelease: who takes the modules from the tags of .ci/release, with no tree beside
// them, gets all of them in one version.
func TestRelease(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads modules")
	}
	clone := cloned(t)
	if out := ci(t, clone, 0, "release", released); !strings.HasPrefix(out, "tagged "+released+"\n") {
		t.Errorf("the root module is not the first:\n%s", out)
	}
	proxy := t.TempDir()
	got := serveTags(t, proxy, clone, released)
	var want []string
	for _, dir := range products(t) {
		want = append(want, path.Join(rootPath, dir))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("tagged %q, want %q", got, want)
	}

	reader := outside(t, proxy)
	dir := t.TempDir()
	write(t, dir, "main.go", []byte(user))
	write(t, dir, "go.mod", []byte("module example.com/user\n\ngo 1.26.0\n"))
	write(t, dir, "go.sum", sums(t))
	for _, name := range want {
		gocmd(t, dir, reader, "get", name+"@"+released)
	}
	gocmd(t, dir, reader, "list", "-deps", ".")
	for _, name := range want {
		if v := strings.TrimSpace(gocmd(t, dir, reader, "list", "-m", "-f", "{{.Version}}{{with .Replace}} replaced{{end}}", name)); v != released {
			t.Errorf("the user has %s %s, want %s", name, v, released)
		}
	}
}

// TestReleaseRefuses what would be wrong, and leaves nothing behind then.
func TestReleaseRefuses(t *testing.T) {
	clone := cloned(t)
	gitcmd(t, clone, "tag", "v0.986.0")
	for line, breaks := range map[string]bool{
		"func More()":                              false,
		"type New interface":                       false,
		"type Option interface, More() int":        false, // is sealed
		"type Limits struct, More int":             false,
		"type Limits struct, not comparable":       true,
		"-func Ping(":                              true,
		"-type Option interface, sealed":           false,
		"-type State struct, Since time.Time":      true,
		"type New interface, More(ctx string) int": false,
	} {
		change(t, clone, "api/health.txt", line)
		wantStatus := 0
		if breaks {
			wantStatus = 1
		}
		ci(t, clone, wantStatus, "compatible", "v0.986.0")
		gitcmd(t, clone, "reset", "-q", "--hard", "v0.986.0")
	}

	ci(t, clone, 2, "compatible", "v0.1.0")
	change(t, clone, "api/kvdb.txt", "type Store interface, More() int")
	head := gitcmd(t, clone, "rev-parse", "HEAD")
	for _, version := range []string{"", "1.0.0", "v2.0.0", "v0.986.1", "v1.1.0"} {
		ci(t, clone, 1, "release", version)
	}
	write(t, clone, "left", []byte("over"))
	ci(t, clone, 1, "release", released)
	gitcmd(t, clone, "clean", "-fdq")
	gitcmd(t, clone, "tag", "otelsetup/"+released)
	ci(t, clone, 1, "release", released)
	if now := gitcmd(t, clone, "rev-parse", "HEAD") + gitcmd(t, clone, "status", "--porcelain"); now != head {
		t.Errorf("refused, it leaves %s, want %s", now, head)
	}
	if tags := strings.Fields(gitcmd(t, clone, "tag", "--list", "*0.98[67]*", "v1*")); len(tags) != 2 {
		t.Errorf("refused, it leaves the tags %q, want those of the test", tags)
	}
}

// change adds a line to a file of the clone, or takes out those that begin with what
// is behind a minus, and commits.
func change(t *testing.T, clone, name, line string) {
	t.Helper()
	text := gitcmd(t, clone, "show", "HEAD:"+name)
	if gone, minus := strings.CutPrefix(line, "-"); minus {
		before := text
		text = ""
		for l := range strings.Lines(before) {
			if !strings.HasPrefix(l, gone) {
				text += l
			}
		}
		if text == before {
			t.Fatalf("%s has no %q", name, gone)
		}
	} else {
		text += line + "\n"
	}
	write(t, clone, filepath.FromSlash(name), []byte(text))
	gitcmd(t, clone, "commit", "-qam", "change")
}

// cloned returns a clone of the repository with what is committed.
func cloned(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	if _, stderr, err := run(t, root, nil, "git", "rev-parse", "HEAD"); err != nil {
		t.Skipf("no clone: %s", stderr)
	}
	top := strings.TrimSpace(gitcmd(t, root, "rev-parse", "--show-toplevel"))
	dir := t.TempDir()
	gitcmd(t, dir, "clone", "-q", "--no-tags", top, ".")
	gitcmd(t, dir, "config", "user.name", "test")
	gitcmd(t, dir, "config", "user.email", "test@example.com")
	gitcmd(t, dir, "config", "commit.gpgSign", "false")
	gitcmd(t, dir, "config", "tag.gpgSign", "false")
	return dir
}

// ci runs a script under .ci of the clone.
func ci(t *testing.T, clone string, status int, name string, args ...string) (output string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{".ci/" + name}, args...)...)
	cmd.Dir = clone
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Fatalf("%s %q: exit status %d, want %d:\n%s", name, args, got, status, out)
	}
	return string(out)
}

func gitcmd(t *testing.T, dir string, args ...string) string {
	t.Helper()
	stdout, stderr, err := run(t, dir, nil, "git", args...)
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, stderr)
	}
	return stdout
}
