package environment_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// asked returns the variables that are looked up while everything has an effect.
func asked(t *testing.T) []string {
	t.Helper()
	names := make(map[string]bool)
	for _, protocol := range []string{environment.HTTP, environment.GRPC} {
		set := with(endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
		set["OTEL_TRACES_SAMPLER"] = "traceidratio"
		v := environment.Variables(func(name string) string {
			names[name] = true
			return set[name]
		})
		v.Check(environment.Use{}, func(variable string, err error) { t.Errorf("%s: %v", variable, err) })
		v.Timeout(environment.Traces)
		if _, err := v.TLS(environment.Traces); err != nil {
			t.Error(err)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// The guide has every variable that is read.
func TestGuideHasThem(t *testing.T) {
	text, err := os.ReadFile("../../../docs/guides/environment.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(text)
	for _, name := range asked(t) {
		general := name
		for _, signal := range []string{"TRACES", "METRICS", "LOGS"} {
			general = strings.Replace(general, "OTLP_"+signal+"_", "OTLP_", 1)
		}
		_, short, _ := strings.Cut(general, "OTLP_")
		switch {
		case strings.Contains(guide, "`"+name+"`"), strings.Contains(guide, "`"+general+"`"):
		case short != "" && strings.Contains(guide, "`…_"+short+"`"):
		case strings.HasPrefix(name, "OTEL_BLRP_") && strings.Contains(guide, "the same with `OTEL_BLRP_`"):
		default:
			t.Errorf("docs/guides/environment.md does not have %s", name)
		}
	}
}

// One file of otelsetup names variables, and one of observe the address of its own.
func TestNamedNowhereElse(t *testing.T) {
	fset := token.NewFileSet()
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case filepath.ToSlash(path) == "../../internal/environment/variables.go", filepath.ToSlash(path) == "../../observe/address.go":
			return nil
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files++
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && strings.Contains(literal.Value, "OTEL_") {
				t.Errorf("%s: %s", fset.Position(literal.Pos()), literal.Value)
			}
			return true
		})
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("%d files, error %v", files, err)
	}
}
