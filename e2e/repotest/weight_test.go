package repotest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// weightFile says which modules each package that users import pulls in.
const weightFile = "testdata/weight.txt"

// TestWeight: a dependency gets in because somebody has decided so, and not
// because an import was at hand.
func TestWeight(t *testing.T) {
	if testing.Short() {
		t.Skip("loads every package with its dependencies")
	}
	var got strings.Builder
	for _, dir := range products(t) {
		module := parseModule(t, dir+"/go.mod").Module.Mod.Path
		for name := range strings.Lines(gocmd(t, filepath.Join(root, dir), alone, "list", "-f", "{{if and .GoFiles (ne .Name `main`)}}{{.ImportPath}}{{end}}", "./...")) {
			name = strings.TrimSpace(name)
			if name == "" || strings.Contains(name, "/internal/") {
				continue
			}
			deps := strings.Fields(gocmd(t, filepath.Join(root, dir), alone, "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", name))
			slices.Sort(deps)
			deps = slices.DeleteFunc(slices.Compact(deps), func(path string) bool { return path == module })
			fmt.Fprintln(&got, name)
			for _, path := range deps {
				fmt.Fprintln(&got, "\t"+path)
			}
		}
	}
	if *update {
		if err := os.WriteFile(filepath.FromSlash(weightFile), []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.FromSlash(weightFile))
	if err != nil {
		t.Fatal(err)
	}
	now, before := edges(got.String()), edges(string(want))
	for _, edge := range now {
		if !slices.Contains(before, edge) {
			t.Errorf("%s, which %s does not say; if that is meant: go test ./e2e/repotest -run TestWeight -update", edge, weightFile)
		}
	}
	for _, edge := range before {
		if !slices.Contains(now, edge) {
			t.Errorf("%s no longer, but %s says so: go test ./e2e/repotest -run TestWeight -update", edge, weightFile)
		}
	}
}

// edges returns a line for each arrow of a golden file.
func edges(text string) (all []string) {
	from := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if to, indented := strings.CutPrefix(line, "\t"); indented {
			all = append(all, from+" pulls in "+to)
		} else {
			from = line
			all = append(all, "there is "+from)
		}
	}
	return all
}

// alone is the environment of a module outside of the workspace.
// It says which system the lists are of.
var alone = []string{"GOWORK=off", "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"}

// products returns the directories of the modules whose packages users import.
func products(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for dir := range workspace(t) {
		switch top, _, _ := strings.Cut(dir, "/"); {
		case top == "benchmarks", top == "e2e", top == "examples", dir == "monitoring/cmd":
		default:
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return dirs
}

const consumer = `package main

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	_ "github.com/otelkv/otelkv/health"
	_ "github.com/otelkv/otelkv/instrument"
	_ "github.com/otelkv/otelkv/kvdb"
	_ "github.com/otelkv/otelkv/pprofx"
)

func main() { fmt.Println(grpc.Version, prometheus.NewRegistry() != nil) }
`

// TestConsumerKeepsItsVersions: a program that takes all of the root module stays
// where it is with what is heavy, and moves for otelsetup alone.
func TestConsumerKeepsItsVersions(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads modules")
	}
	proxy := t.TempDir()
	version := siblingVersion(t)
	serve(t, proxy, version)
	reader := outside(t, proxy)
	dir := t.TempDir()
	write(t, dir, "main.go", []byte(consumer))
	write(t, dir, "go.mod", []byte("module example.com/consumer\n\ngo 1.26.0\n"))
	write(t, dir, "go.sum", sums(t))
	keeps := map[string]string{
		"google.golang.org/grpc":              "v1.70.0",
		"github.com/prometheus/client_golang": "v1.20.0",
	}
	for path, at := range keeps {
		gocmd(t, dir, reader, "get", path+"@"+at)
	}
	gocmd(t, dir, reader, "get", rootPath+"@"+version)
	gocmd(t, dir, reader, "mod", "tidy")
	for path, want := range keeps {
		got := strings.TrimSpace(gocmd(t, dir, reader, "list", "-m", "-f", "{{.Version}}", path))
		if got != want {
			t.Errorf("%s has moved from %s to %s", path, want, got)
		}
	}
	gocmd(t, dir, reader, "vet", ".")
}
