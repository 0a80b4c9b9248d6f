package kvdb

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Every exported interface of the source is a capability, but for those that
// are what a capability is made of.
func TestCapabilitiesAreComplete(t *testing.T) {
	want := slices.DeleteFunc(exportedInterfaces(t), func(name string) bool {
		return slices.Contains([]string{"Store", "Decorator", "Reader", "Txn"}, name)
	})
	slices.Sort(want)
	got := make([]string, len(capabilities))
	for i, c := range capabilities {
		if c.Kind() != reflect.Interface {
			t.Errorf("the capability %v is no interface", c)
		}
		got[i] = c.Name()
	}
	if !slices.Equal(got, want) {
		t.Errorf("capabilities lists\n%q, but the source has\n%q", got, want)
	}
}

func exportedInterfaces(t *testing.T) (names []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(source, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if _, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.IsExported() {
				names = append(names, spec.Name.Name)
			}
			return false
		})
	}
	return names
}
