package repotest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// TestNamesComeFromTheCatalogue: a name that is written a second time is one
// that will differ some day.
func TestNamesComeFromTheCatalogue(t *testing.T) {
	known := make(map[string]bool)
	for _, g := range append(catalog.Groups(), catalog.Others()...) {
		for _, m := range g.Metrics {
			known[m.Name] = true
		}
	}
	emits := func(name string) bool {
		top, _, _ := strings.Cut(name, "/")
		switch top {
		case "instrument", "otelsetup", "health", "pprofx":
			return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		}
		return false
	}
	for _, name := range files(t, emits) {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil && known[text] {
					t.Errorf("%s:%d: take the name %q from monitoring/catalog", name, fset.Position(lit.Pos()).Line, text)
				}
			}
			return true
		})
	}
}
