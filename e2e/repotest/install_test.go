package repotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestInstall types what README.md says of how to get the packages while no version
// has a tag, in a folder with its first program.
func TestInstall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program with all its dependencies")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	page := string(read(t, "README.md"))
	const clone = "git clone https://github.com/otelkv/otelkv ../otelkv\n"
	var steps []string
	for _, m := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[1], clone) {
			steps = append(steps, m[1])
		}
	}
	if len(steps) != 1 {
		t.Fatalf("README.md has %d ways to use a clone, want one", len(steps))
	}
	tree, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	above := t.TempDir()
	if err := os.Symlink(tree, filepath.Join(above, "otelkv")); err != nil {
		t.Skip(err)
	}
	dir := filepath.Join(above, "shop")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "main.go", []byte(programs(page)[0]))
	write(t, dir, "go.sum", sums(t))
	env := []string{"GOWORK=off", "GOFLAGS=-ldflags=-s"}
	gocmd(t, dir, env, "mod", "init", "example.com/shop")
	stdout, stderr, err := run(t, dir, env, bash, "-e", "-c", strings.Replace(steps[0], clone, "", 1))
	if err != nil && unreachable(stderr) && os.Getenv("OTELKV_E2E") != "required" {
		t.Skip(stderr)
	}
	if err != nil {
		t.Fatalf("%v\n%s%s", err, stdout, stderr)
	}
	gocmd(t, dir, env, "build", "-o", os.DevNull, ".")

	// What it says of tags is true as long as there is none.
	if out, err := exec.CommandContext(t.Context(), "git", "-C", root, "tag", "--list", "v*").Output(); err == nil && len(out) > 0 {
		t.Errorf("there are tags: leave the clone out of README.md")
	}
}
