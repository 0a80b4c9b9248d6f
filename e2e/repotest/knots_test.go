package repotest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
)

// mostTied is how many files of a package may all reach each other: as many as
// somebody can read at once.
const mostTied = 10

// mostLines is how long a product file may be.
const mostLines = 300

// A package is a pile rather than rooms if its files all need each other: whoever
// changes one has to know the others.
func TestFilesDoNotReachEachOther(t *testing.T) {
	for dir, names := range productPackages(t) {
		if knot := largestKnot(references(t, names)); len(knot) > mostTied {
			t.Errorf("%s: %d files reach each other, more than %d: %q", dir, len(knot), mostTied, knot)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	for _, names := range productPackages(t) {
		for _, name := range names {
			if n := bytes.Count(read(t, name), []byte("\n")); n > mostLines {
				t.Errorf("%s has %d lines, want at most %d", name, n, mostLines)
			}
		}
	}
}

// The search finds what it is for.
func TestLargestKnot(t *testing.T) {
	for name, c := range map[string]struct {
		edges map[string][]string
		want  []string
	}{
		"none":      {map[string][]string{"a": {"b"}, "b": {"c"}}, nil},
		"two":       {map[string][]string{"a": {"b"}, "b": {"a", "c"}}, []string{"a", "b"}},
		"a circle":  {map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, []string{"a", "b", "c"}},
		"of two":    {map[string][]string{"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"e"}, "e": {"c"}}, []string{"c", "d", "e"}},
		"joined":    {map[string][]string{"a": {"b"}, "b": {"a", "c"}, "c": {"d"}, "d": {"c", "b"}}, []string{"a", "b", "c", "d"}},
		"no circle": {map[string][]string{"a": {"b", "c"}, "b": {"d"}, "c": {"d"}}, nil},
	} {
		if got := largestKnot(c.edges); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// productPackages returns the files of each package that a user's program may
// contain, without tests.
func productPackages(t *testing.T) map[string][]string {
	t.Helper()
	packages := make(map[string][]string)
	for _, name := range files(t, func(name string) bool {
		return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
	}) {
		dir := path.Dir(name)
		switch first, _, _ := strings.Cut(dir, "/"); {
		case first == "benchmarks", first == "e2e", first == "examples", first == "tools", dir == "internal/testutil", strings.HasPrefix(dir, "kvdb/kvtest"):
		default:
			packages[dir] = append(packages[dir], name)
		}
	}
	if len(packages) < 15 || len(packages["instrument"]) == 0 {
		t.Fatalf("there are %d packages, want those of the product", len(packages))
	}
	return packages
}

// references returns which files of a package use names of which others.
func references(t *testing.T, names []string) map[string][]string {
	t.Helper()
	fset := token.NewFileSet()
	linux := build.Default
	linux.GOOS, linux.GOARCH = "linux", "amd64"
	var parsed []*ast.File
	for _, name := range names {
		if match, err := linux.MatchFile(path.Join(root, path.Dir(name)), path.Base(name)); err != nil {
			t.Fatal(err)
		} else if !match {
			continue
		}
		f, err := parser.ParseFile(fset, path.Base(name), read(t, name), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	info := &types.Info{Uses: make(map[*ast.Ident]types.Object)}
	// What others declare is of no interest.
	checker := types.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := checker.Check("p", fset, parsed, info)
	edges := make(map[string][]string)
	for id, o := range info.Uses {
		if o.Pkg() != pkg || !o.Pos().IsValid() {
			continue
		}
		from, to := fset.Position(id.Pos()).Filename, fset.Position(o.Pos()).Filename
		if from != to && !slices.Contains(edges[from], to) {
			edges[from] = append(edges[from], to)
		}
	}
	return edges
}

type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) { return nil, fmt.Errorf("no %s", path) }

// largestKnot returns the largest set of files of which each reaches each other, in
// order.
func largestKnot(edges map[string][]string) []string {
	reach := make(map[string]map[string]bool)
	for from := range edges {
		seen := make(map[string]bool)
		for todo := []string{from}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, to := range edges[at] {
				if !seen[to] {
					seen[to] = true
					todo = append(todo, to)
				}
			}
		}
		reach[from] = seen
	}
	var largest []string
	for from, seen := range reach {
		var knot []string
		for to := range seen {
			if reach[to][from] {
				knot = append(knot, to)
			}
		}
		slices.Sort(knot)
		if len(knot) > len(largest) {
			largest = knot
		}
	}
	return largest
}
