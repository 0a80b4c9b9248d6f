package blocking

import (
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// own is what the paths of this repository's packages begin with.
const own = "github.com/otelkv/otelkv"

func isOwn(pkg *types.Package) bool {
	return pkg != nil && (pkg.Path() == own || strings.HasPrefix(pkg.Path(), own+"/"))
}

// builder makes the SSA form of a package of this repository. Unlike buildssa
// it has no facts, so that nothing is built of the packages below.
var builder = &analysis.Analyzer{
	Name:       "otelkvssa",
	Doc:        "build the SSA form for lockheld and closelimit",
	Run:        build,
	ResultType: reflect.TypeFor[*program](),
}

// A program is a package in SSA form, without its tests.
type program struct {
	pkg   *ssa.Package
	funcs []*ssa.Function
	flow  *flow
}

func build(pass *analysis.Pass) (any, error) {
	if !isOwn(pass.Pkg) {
		return (*program)(nil), nil
	}
	prog := ssa.NewProgram(pass.Fset, 0)
	for _, p := range pass.Pkg.Imports() {
		prog.CreatePackage(p, nil, nil, true)
	}
	p := &program{pkg: prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false)}
	p.pkg.Build()
	for _, file := range pass.Files {
		if isTest(pass, file) {
			continue
		}
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok {
				p.add(prog.FuncValue(pass.TypesInfo.Defs[decl.Name].(*types.Func)))
			}
		}
	}
	if init := p.pkg.Func("init"); init != nil {
		p.add(init) // the values of globals
	}
	p.flow = newFlow(p)
	return p, nil
}

func (p *program) add(f *ssa.Function) {
	if f == nil {
		return
	}
	p.funcs = append(p.funcs, f)
	for _, anonymous := range f.AnonFuncs {
		p.add(anonymous)
	}
}

func isTest(pass *analysis.Pass, file *ast.File) bool {
	return strings.HasSuffix(pass.Fset.Position(file.Package).Filename, "_test.go")
}

// source returns the function as it is written: a generic one for its instance.
func source(f *ssa.Function) *ssa.Function {
	if origin := f.Origin(); origin != nil {
		return origin
	}
	return f
}

// instructions calls yield with each instruction of the program.
func (p *program) instructions(yield func(*ssa.Function, ssa.Instruction)) {
	for _, f := range p.funcs {
		for _, block := range f.Blocks {
			for _, instruction := range block.Instrs {
				yield(f, instruction)
			}
		}
	}
}
