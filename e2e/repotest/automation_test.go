package repotest

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v2"
)

// TestDependenciesAreUpdated: a module that is not listed is one that nobody
// updates.
func TestDependenciesAreUpdated(t *testing.T) {
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	parseYAML(t, ".github/dependabot.yml", &config)
	for ecosystem, file := range map[string]string{"gomod": "go.mod", "npm": "package.json"} {
		var listed, want []string
		for _, u := range config.Updates {
			if u.Ecosystem == ecosystem {
				listed = append(listed, u.Directories...)
			}
		}
		for _, name := range files(t, func(name string) bool { return path.Base(name) == file }) {
			want = append(want, path.Join("/", path.Dir(name)))
		}
		slices.Sort(want)
		slices.Sort(listed)
		if !slices.Equal(listed, want) {
			t.Errorf(".github/dependabot.yml lists %q for %s, want %q", listed, ecosystem, want)
		}
	}
}

// TestLockFiles: where packages come from is each machine's affair.
func TestLockFiles(t *testing.T) {
	for _, name := range files(t, func(name string) bool { return path.Base(name) == "package-lock.json" }) {
		if bytes.Contains(read(t, name), []byte(`"resolved"`)) {
			t.Errorf("%s names a registry: npm install --omit-lockfile-registry-resolved", name)
		}
	}
}

var (
	pinned = regexp.MustCompile(`^\s*- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	script = regexp.MustCompile(`\bbash (\.ci/\w+)`)
)

// TestWorkflows: actions are those that were read, whatever becomes of a tag; they
// may only read; and what they run is there.
func TestWorkflows(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("workflows %q, %v", names, err)
	}
	goVersion := strings.TrimSuffix(parseModule(t, "go.mod").Go.Version, ".0") + ".x"
	for _, name := range names {
		name = ".github/workflows/" + filepath.Base(name)
		var workflow struct {
			Permissions map[string]string
			Jobs        map[string]struct {
				Permissions map[string]string
				Minutes     int `yaml:"timeout-minutes"`
				Steps       []struct {
					With map[string]string
				}
			}
		}
		parseYAML(t, name, &workflow)
		if p := workflow.Permissions; len(p) != 1 || p["contents"] != "read" {
			t.Errorf("%s: permissions %v, want contents: read", name, p)
		}
		for job, j := range workflow.Jobs {
			if j.Permissions != nil || j.Minutes == 0 {
				t.Errorf("%s: job %s has permissions %v and a limit of %d minutes; want none of its own, and a limit", name, job, j.Permissions, j.Minutes)
			}
			for _, s := range j.Steps {
				if v, set := s.With["go-version"]; set && v != goVersion {
					t.Errorf("%s: job %s has Go %s, want %s", name, job, v, goVersion)
				}
			}
		}
		for line := range strings.Lines(string(read(t, name))) {
			line = strings.TrimRight(line, "\n")
			if strings.Contains(line, "uses: ") && !pinned.MatchString(line) {
				t.Errorf("%s: %q; want owner/action@40 hex digits # v1.2.3", name, strings.TrimSpace(line))
			}
			if m := script.FindStringSubmatch(line); m != nil {
				if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(m[1]))); err != nil {
					t.Errorf("%s runs %s: %v", name, m[1], err)
				}
			}
		}
	}
}

func parseYAML(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal(read(t, name), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
