package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../../.."

// What is committed is what the catalogue yields.
func TestPagesAreCurrent(t *testing.T) {
	pages, err := generate(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		committed, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.name)))
		if err != nil {
			t.Error(err)
			continue
		}
		if line, was, is := difference(string(committed), p.text); line > 0 {
			t.Errorf("%s:%d is\n\t%s\nand should be\n\t%s\nrun: go generate ./monitoring/catalog", p.name, line, was, is)
		}
	}
}

// difference returns the first line in which two texts differ, or 0.
func difference(a, b string) (line int, of, want string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(as), len(bs)) {
		of, want = "(no more)", "(no more)"
		if i < len(as) {
			of = as[i]
		}
		if i < len(bs) {
			want = bs[i]
		}
		if of != want {
			return i + 1, of, want
		}
	}
	return 0, "", ""
}

// The command writes what has changed, and nothing else.
func TestRun(t *testing.T) {
	dir := treeOf(t, map[string]string{
		"go.work":            "go 1.26.0\n",
		"README.md":          "before\n" + metricsRegion.begin() + "old\n" + metricsRegion.end() + enginesRegion.begin() + enginesRegion.end() + "after\n",
		"kvdb/capability.go": "package kvdb\n\n// A Batcher batches.\ntype Batcher interface{}\n",
	})
	var stderr strings.Builder
	if code := run([]string{"-root", dir}, &stderr); code != 0 {
		t.Fatalf("exit status %d: %s", code, &stderr)
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(readme)
	if !strings.HasPrefix(text, "before\n"+metricsRegion.begin()) || !strings.HasSuffix(text, enginesRegion.end()+"after\n") ||
		!strings.Contains(text, "kvdb_requests_total") || !strings.Contains(text, "| `Batcher` | yes |") {
		t.Errorf("README.md became\n%s", text)
	}
	metrics := filepath.Join(dir, "docs", "reference", "metrics.md")
	before, err := os.Stat(metrics)
	if err != nil {
		t.Fatal(err)
	}
	if code := run([]string{"-root", dir}, &stderr); code != 0 {
		t.Fatalf("a second time: exit status %d: %s", code, &stderr)
	}
	if after, err := os.Stat(metrics); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("a page that is current was written again: %v", err)
	}
}

func TestRunErrors(t *testing.T) {
	unmarked := treeOf(t, map[string]string{"README.md": "no markers\n", "kvdb/a.go": "package kvdb\n\n// A Pinger pings.\ntype Pinger interface{}\n"})
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"help":       {[]string{"-h"}, 0, "-root"},
		"flag":       {[]string{"-nothing"}, 2, "-nothing"},
		"argument":   {[]string{"metrics"}, 2, "metrics"},
		"no README":  {[]string{"-root", t.TempDir()}, 1, "README.md"},
		"no markers": {[]string{"-root", unmarked}, 1, strings.TrimSpace(metricsRegion.begin())},
		"no source":  {[]string{"-root", treeOf(t, map[string]string{"README.md": ""})}, 1, "kvdb: no capability found"},
	} {
		var stderr strings.Builder
		if code := run(tt.args, &stderr); code != tt.code || !strings.Contains(stderr.String(), tt.says) {
			t.Errorf("%s: exit status %d and %q, want %d and %q", name, code, &stderr, tt.code, tt.says)
		}
	}
	t.Chdir(t.TempDir())
	var stderr strings.Builder
	if code := run(nil, &stderr); code != 1 || !strings.Contains(stderr.String(), "go.work") {
		t.Errorf("outside of a tree: exit status %d and %q", code, &stderr)
	}
}

// treeOf returns a directory with files.
func treeOf(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
