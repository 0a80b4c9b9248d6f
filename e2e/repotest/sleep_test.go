package repotest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoSleep: a test that sleeps is slow on a good day and flaky on a bad one.
// In a bubble of testing/synctest the clock is fake and sleeping is how it is
// moved, so files that import it may.
func TestNoSleep(t *testing.T) {
	for _, name := range files(t, func(name string) bool { return strings.HasSuffix(name, "_test.go") }) {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, pos := range sleeps(f) {
			t.Errorf("%s:%d: time.Sleep in a test: use testing/synctest or a clock of the test's own", name, fset.Position(pos).Line)
		}
	}
}

// sleeps returns where f calls time.Sleep, if it must not.
func sleeps(f *ast.File) []token.Pos {
	for _, i := range f.Imports {
		if i.Path.Value == `"testing/synctest"` {
			return nil
		}
	}
	var found []token.Pos
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Sleep" {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
				found = append(found, s.Pos())
			}
		}
		return true
	})
	return found
}

func TestSleeps(t *testing.T) {
	for src, want := range map[string]int{
		`package p; import "time"; func f() { time.Sleep(1); go time.Sleep(2) }`:                 2,
		`package p; import ("time"; "testing/synctest"); func f() { time.Sleep(1) }`:             0,
		`package p; import "time"; func f() { <-time.After(1) }`:                                 0,
		`package p; type clock struct{}; func (clock) Sleep() {}; func f(c clock) { c.Sleep() }`: 0,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "a_test.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(sleeps(f)); got != want {
			t.Errorf("%s: %d sleeps, want %d", src, got, want)
		}
	}
}
