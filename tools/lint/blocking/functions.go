package blocking

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Functions are those that a value can be. If foreign is not empty, it can also
// be one that nobody here knows, which foreign describes.
type functions struct {
	known   []*ssa.Function
	foreign string
	param   bool // foreign is what the function that calls it is handed
	caller  *ssa.Function
	seen    map[ssa.Value]bool
}

// functionsOf finds where a function value comes from.
func (f *flow) functionsOf(v ssa.Value) *functions {
	found := &functions{caller: v.Parent(), seen: map[ssa.Value]bool{}}
	f.find(v, found)
	return found
}

func (f *flow) find(v ssa.Value, found *functions) {
	if found.seen[v] || harmlessFunc(v.Type()) {
		return
	}
	found.seen[v] = true
	switch v := v.(type) {
	case *ssa.Const: // nil
	case *ssa.Function:
		found.known = append(found.known, v)
	case *ssa.MakeClosure:
		found.known = append(found.known, v.Fn.(*ssa.Function))
	case *ssa.ChangeType:
		f.find(v.X, found)
	case *ssa.Phi:
		f.findAll(v.Edges, found)
	case *ssa.FreeVar:
		f.findAll(f.bindings[v], found)
	case *ssa.Parameter:
		f.findArgument(v, found)
	case *ssa.Field:
		f.findField(v.X.Type(), v.Field, found)
	case *ssa.UnOp: // a load
		f.load(v.X, found)
	case *ssa.Call:
		f.findResult(v, 0, found)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			f.findResult(call, v.Index, found)
		} else {
			found.foreign, found.param = "a function that is looked up", false
		}
	default:
		found.foreign, found.param = "a function of unknown origin", false
	}
}

func (f *flow) findAll(values []ssa.Value, found *functions) {
	for _, v := range values {
		f.find(v, found)
	}
}

func (f *flow) load(address ssa.Value, found *functions) {
	switch a := address.(type) {
	case *ssa.FieldAddr:
		f.findField(a.X.Type(), a.Field, found)
	case *ssa.Alloc:
		f.findAll(f.cells[a], found)
	case *ssa.FreeVar:
		f.findAll(f.cells[a], found)
		if found.seen[a] {
			return
		}
		found.seen[a] = true
		for _, cell := range f.bindings[a] {
			f.load(cell, found)
		}
	case *ssa.Global:
		if a.Object() == nil || a.Object().Exported() {
			found.foreign, found.param = "the function in "+a.Name(), false
		}
		f.findAll(f.cells[a], found)
	default:
		found.foreign, found.param = "a function of unknown origin", false
	}
}

func (f *flow) findField(t types.Type, n int, found *functions) {
	field := fieldOf(t, n)
	if f.ofUsers(t, field) {
		name := "a field"
		if field != nil {
			name = field.Name()
		}
		found.foreign, found.param = "the function in "+name+", which is the user's", false
		return
	}
	f.findAll(f.fields[field], found)
}

func (f *flow) findArgument(p *ssa.Parameter, found *functions) {
	fn := p.Parent()
	object, _ := fn.Object().(*types.Func)
	if f.taken[fn] || object != nil && object.Exported() {
		if found.foreign == "" {
			found.foreign, found.param = "the function "+p.Name()+", which is the caller's", within(found.caller, fn)
		}
		return
	}
	for n, parameter := range fn.Params {
		if parameter != p {
			continue
		}
		for _, call := range f.calls[fn] {
			if n < len(call.Args) {
				f.find(call.Args[n], found)
			}
		}
	}
}

// findResult looks into the functions of the package for what they return. One
// of another package returns nothing of the user's but what it was given, as
// sync.OnceFunc does.
func (f *flow) findResult(call *ssa.Call, n int, found *functions) {
	callee := call.Common().StaticCallee()
	if callee == nil {
		found.foreign, found.param = "a function that a function returned", false
		return
	}
	callee = source(callee)
	if callee.Pkg != f.program.pkg {
		for _, argument := range call.Common().Args {
			if _, ok := argument.Type().Underlying().(*types.Signature); ok {
				f.find(argument, found)
			}
		}
		return
	}
	for _, block := range callee.Blocks {
		if result, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return); ok && n < len(result.Results) {
			f.find(result.Results[n], found)
		}
	}
}
