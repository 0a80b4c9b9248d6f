package catalog_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Every metric is in a group: all exported variables of the package are metrics.
func TestGroups(t *testing.T) {
	grouped := make(map[string]bool)
	for _, file := range []string{"group.go", "group_others.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" \t\n,{}", r) }) {
			grouped[word] = true
		}
	}
	vars := 0
	for _, name := range exportedVars(t) {
		vars++
		if !grouped[name] {
			t.Errorf("%s is in no group", name)
		}
	}
	if got := len(catalog.All()) + len(others()); got != vars {
		t.Errorf("%d metrics are in groups, %d variables are there", got, vars)
	}
	var names []string
	for _, g := range append(catalog.Groups(), catalog.Others()...) {
		if len(g.Metrics) == 0 || !strings.HasSuffix(g.About, ".") || slices.Contains(names, g.Name) {
			t.Errorf("group %q: %d metrics, about %q", g.Name, len(g.Metrics), g.About)
		}
		names = append(names, g.Name)
	}
	catalog.Groups()[0].Metrics[0].Name = "changed"
	if catalog.All()[0].Name == "changed" {
		t.Error("a caller has changed a group")
	}
}

// exportedVars returns the names of the package's exported variables.
func exportedVars(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				for _, name := range s.(*ast.ValueSpec).Names {
					if name.IsExported() {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}
