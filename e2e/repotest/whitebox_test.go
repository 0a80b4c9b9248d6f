package repotest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// A test that needs nothing unexported stands outside of its package, where it
// sees what a user sees.
func TestWhiteBoxTestsNeedToBe(t *testing.T) {
	dirs := make(map[string]map[string][]byte)
	for _, name := range files(t, func(name string) bool { return strings.HasSuffix(name, ".go") }) {
		dir := path.Dir(name)
		switch first, _, _ := strings.Cut(dir, "/"); first {
		case "benchmarks", "e2e", "examples", "tools": // programs and tests
			continue
		}
		if dirs[dir] == nil {
			dirs[dir] = make(map[string][]byte)
		}
		dirs[dir][name] = read(t, name)
	}
	for _, sources := range dirs {
		for _, name := range outsiders(t, sources) {
			t.Errorf("%s needs nothing unexported of its package: move it to the package with _test behind its name", name)
		}
	}
}

func TestOutsiders(t *testing.T) {
	for name, c := range map[string]struct {
		test string
		want bool
	}{
		"exported":            {`var _, _ = T{A: 1}.A, New().M()`, true},
		"a variable":          {`var _ = hidden`, false},
		"a field":             {`var _ = T{}.b`, false},
		"a key":               {`var _ = T{b: 1}`, false},
		"a method":            {`func f() { New().m() }`, false},
		"behind a stranger":   {`var _ = strange.Call(New()).m()`, false},
		"a field of its own":  {`type u struct{ b int }; var _ = u{}.b`, true},
		"a name of its own":   {`func f(hidden int) { _ = hidden }`, true},
		"for a test, that is": {`var _ = helper`, true},
		"for one that is not": {`var _ = inner`, false},
	} {
		got := outsiders(t, map[string][]byte{
			"a.go":       []byte("package a\nvar hidden int\ntype T struct { A, b int }\nfunc New() T { return T{} }\nfunc (T) M() int { return 0 }\nfunc (T) m() int { return 0 }\n"),
			"a_test.go":  []byte("package a\nimport \"x/strange\"\nvar _ strange.T\n" + c.test + "\n"),
			"b_test.go":  []byte("package a\nvar helper int\n"),
			"c_test.go":  []byte("package a\nvar inner = hidden\n"),
			"ex_test.go": []byte("package a_test\n"),
		})
		if slices.Contains(got, "a_test.go") != c.want {
			t.Errorf("%s: %q may move, want %t of a_test.go", name, got, c.want)
		}
	}
}

// outsiders returns the test files within a package that neither need anything
// unexported nor are tied to a test that does.
func outsiders(t *testing.T, sources map[string][]byte) (free []string) {
	t.Helper()
	fset := token.NewFileSet()
	var parsed []*ast.File
	for name, source := range sources {
		f, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f.Name.Name, "_test") {
			parsed = append(parsed, f)
		}
	}
	info := &types.Info{Uses: make(map[*ast.Ident]types.Object), Defs: make(map[*ast.Ident]types.Object)}
	checker := types.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := checker.Check("p", fset, parsed, info)

	isTest := func(p token.Pos) bool { return strings.HasSuffix(fset.Position(p).Filename, "_test.go") }
	hidden := make(map[string]bool) // names of fields and methods, for where a type is not known
	for id, o := range info.Defs {
		if o != nil && o.Parent() == nil && !o.Exported() && !isTest(id.Pos()) {
			hidden[id.Name] = true
		}
	}
	inside := make(map[string]bool)
	tied := make(map[string]map[string]bool) // both ways
	for _, f := range parsed {
		name := fset.Position(f.Pos()).Filename
		if !isTest(f.Pos()) {
			continue
		}
		if tied[name] == nil {
			tied[name] = make(map[string]bool)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok || info.Defs[id] != nil {
				return true
			}
			o := info.Uses[id]
			switch {
			case o == nil:
				inside[name] = inside[name] || hidden[id.Name]
			case o.Pkg() != pkg || o.Parent() != nil && o.Parent() != pkg.Scope():
			case !isTest(o.Pos()):
				inside[name] = inside[name] || !o.Exported()
			default:
				other := fset.Position(o.Pos()).Filename
				if tied[other] == nil {
					tied[other] = make(map[string]bool)
				}
				tied[name][other], tied[other][name] = true, true
			}
			return true
		})
	}
	for todo := slices.Collect(maps.Keys(inside)); len(todo) > 0; todo = todo[1:] {
		if !inside[todo[0]] {
			continue
		}
		for other := range tied[todo[0]] {
			if !inside[other] {
				inside[other] = true
				todo = append(todo, other)
			}
		}
	}
	products := slices.ContainsFunc(parsed, func(f *ast.File) bool { return !isTest(f.Pos()) })
	for name := range tied {
		if products && !inside[name] {
			free = append(free, name)
		}
	}
	return free
}
