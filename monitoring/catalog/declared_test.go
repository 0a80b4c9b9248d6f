package catalog_test

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

// declared checks that what is listed are the constants of a type that the package
// declares; without a type, those whose value is a key of an attribute.
func declared(t *testing.T, typeName string, listed map[string]bool) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, s := range d.Specs {
					constants(t, s.(*ast.ValueSpec), typeName, listed)
				}
			}
		}
	}
}

func constants(t *testing.T, s *ast.ValueSpec, typeName string, listed map[string]bool) {
	t.Helper()
	of := ""
	if ident, ok := s.Type.(*ast.Ident); ok {
		of = ident.Name
	}
	if of != typeName {
		return
	}
	for i, v := range s.Values {
		lit, ok := v.(*ast.BasicLit)
		if !ok {
			continue
		}
		value, err := strconv.Unquote(lit.Value)
		if err != nil || typeName == "" && !isAttribute(value) {
			continue
		}
		if !listed[value] {
			t.Errorf("%s is not listed", s.Names[i].Name)
		}
	}
}

// isAttribute tells keys of attributes from names of metrics and other text.
func isAttribute(value string) bool {
	_, metric := catalog.Find(value)
	return metricName.MatchString(value) && !metric
}
