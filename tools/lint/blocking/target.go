package blocking

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Targets are what one call can run before it returns.
type targets struct {
	known     []*ssa.Function // of this package
	elsewhere *types.Func     // of another package
	foreign   string          // describes what nobody here knows
	param     bool            // foreign is a parameter of the function that calls it
}

// targetsOf resolves a call. Facts say of functions elsewhere in the repository
// whether they call their parameters.
func (p *program) targetsOf(call *ssa.CallCommon, callsParam func(*types.Func) bool) targets {
	var t targets
	switch callee := call.StaticCallee(); {
	case call.IsInvoke():
		p.method(call, &t)
		return t
	case callee != nil:
		callee = source(callee)
		object, _ := callee.Object().(*types.Func)
		switch {
		case strings.HasPrefix(callee.Synthetic, "bound method wrapper"), strings.HasPrefix(callee.Synthetic, "thunk"):
			p.static(object, call, &t)
		case callee.Pkg == p.pkg && callee.Synthetic == "", callee.Pkg == p.pkg && callee.Parent() != nil:
			t.known = append(t.known, callee)
			return t
		default:
			p.static(object, call, &t)
		}
		if object != nil && object.Pkg() != p.pkg.Pkg && (isOwn(object.Pkg()) && callsParam(object) || runsItsArguments(object)) {
			p.arguments(call, &t)
		}
	default:
		if _, ok := call.Value.(*ssa.Builtin); ok {
			return t
		}
		found := p.flow.functionsOf(call.Value)
		p.functions(found, &t)
		t.param = found.param
		p.arguments(call, &t) // as the body of a range over a function
	}
	return t
}

// static adds a method or function that is known by its name.
func (p *program) static(fn *types.Func, call *ssa.CallCommon, t *targets) {
	if fn == nil || fn.Pkg() == nil {
		return
	}
	fn = fn.Origin()
	if fn.Pkg() == p.pkg.Pkg {
		if f := p.pkg.Prog.FuncValue(fn); f != nil {
			t.known = append(t.known, f)
		}
		return
	}
	t.elsewhere = fn
	if !isOwn(fn.Pkg()) {
		if what := p.foreignFunc(fn, call); what != "" {
			t.foreign = what
		}
	}
	for _, argument := range call.Args { // to fmt.Fprintf, a writer of this package
		if readsOrWrites(argument.Type()) {
			if made, ok := argument.(*ssa.MakeInterface); ok && p.declares(made.X.Type()) {
				p.methodOf(made.X.Type(), "Write", t)
				p.methodOf(made.X.Type(), "Read", t)
			}
		}
	}
}

func (p *program) functions(found *functions, t *targets) {
	if found.foreign != "" {
		t.foreign = found.foreign
	}
	for _, f := range found.known {
		f = source(f)
		if f.Pkg == p.pkg && slices.Contains(p.funcs, f) {
			t.known = append(t.known, f)
		} else if object, ok := f.Object().(*types.Func); ok {
			p.static(object, &ssa.CallCommon{Value: f}, t)
		}
	}
}

// arguments adds the functions that are handed over.
func (p *program) arguments(call *ssa.CallCommon, t *targets) {
	for _, argument := range call.Args {
		if _, ok := argument.Type().Underlying().(*types.Signature); ok {
			p.functions(p.flow.functionsOf(argument), t)
		}
	}
}

// later are functions that keep a function, or run it in a goroutine.
var later = names(`AfterFunc Go TryGo OnceFunc OnceValue OnceValues SetFinalizer AddCleanup Handle HandleFunc
	HandlerFunc`)

// runsItsArguments reports whether a function of another repository calls the
// functions that it is handed before it returns.
func runsItsArguments(fn *types.Func) bool {
	path := fn.Pkg().Path()
	return !later[fn.Name()] && (!strings.Contains(path, ".") || strings.HasPrefix(path, "go.etcd.io/"))
}

// method adds the methods that a call of an interface's method can run.
func (p *program) method(call *ssa.CallCommon, t *targets) {
	i := call.Value.Type()
	if _, ok := types.Unalias(i).(*types.TypeParam); ok || harmless[types.TypeString(i, nil)] {
		return
	}
	if declaring := namedOf(call.Method.Signature().Recv().Type()); declaring != nil && harmless[typeName(declaring)] {
		return
	}
	named := namedOf(i)
	if named == nil || named.Obj().Pkg() != p.pkg.Pkg || named.Obj().Exported() && !sealed(named) {
		t.foreign = types.TypeString(i, shortly) + "." + call.Method.Name()
		return
	}
	from, ok := p.flow.conversions(i)
	if !ok {
		t.foreign = types.TypeString(i, shortly) + "." + call.Method.Name()
		return
	}
	for _, concrete := range from {
		p.methodOf(concrete, call.Method.Name(), t)
	}
}

// sealed reports whether nobody outside of its package implements an interface.
func sealed(named *types.Named) bool {
	i, ok := named.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for method := range i.Methods() {
		if !method.Exported() {
			return true
		}
	}
	return false
}

// methodOf adds the method of a type, which may be one of an embedded field.
func (p *program) methodOf(concrete types.Type, name string, t *targets) {
	object, _, _ := types.LookupFieldOrMethod(concrete, true, p.pkg.Pkg, name)
	fn, ok := object.(*types.Func)
	if !ok {
		return
	}
	if receiver := fn.Signature().Recv(); types.IsInterface(receiver.Type()) {
		if !harmless[typeName(receiver.Type())] {
			t.foreign = fullName(fn)
		}
		return
	}
	p.static(fn, &ssa.CallCommon{}, t)
}
