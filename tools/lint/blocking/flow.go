package blocking

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A flow knows which values reach the places of a package: without regard to
// the order of things, and to which of several structs a field belongs.
type flow struct {
	program  *program
	fields   map[*types.Var][]ssa.Value          // stores to a field of any struct
	cells    map[ssa.Value][]ssa.Value           // stores to a variable or global
	calls    map[*ssa.Function][]*ssa.CallCommon // static calls
	taken    map[*ssa.Function]bool              // used as a value: not all calls are known
	bindings map[*ssa.FreeVar][]ssa.Value
	into     []conversion
}

// A conversion makes a value of an interface type: from is nil if nobody knows
// of what.
type conversion struct {
	to   types.Type
	from types.Type
}

func newFlow(p *program) *flow {
	f := &flow{
		program:  p,
		fields:   map[*types.Var][]ssa.Value{},
		cells:    map[ssa.Value][]ssa.Value{},
		calls:    map[*ssa.Function][]*ssa.CallCommon{},
		taken:    map[*ssa.Function]bool{},
		bindings: map[*ssa.FreeVar][]ssa.Value{},
	}
	p.instructions(f.note)
	return f
}

func (f *flow) note(_ *ssa.Function, instruction ssa.Instruction) {
	var callee *ssa.Function
	switch i := instruction.(type) {
	case *ssa.Store:
		if field, ok := i.Addr.(*ssa.FieldAddr); ok {
			v := fieldOf(field.X.Type(), field.Field)
			f.fields[v] = append(f.fields[v], i.Val)
		} else {
			f.cells[i.Addr] = append(f.cells[i.Addr], i.Val)
		}
	case *ssa.MakeClosure:
		fn := i.Fn.(*ssa.Function)
		for n, v := range fn.FreeVars {
			f.bindings[v] = append(f.bindings[v], i.Bindings[n])
		}
		f.takenUnlessCalled(i, fn)
	case ssa.CallInstruction:
		if callee = i.Common().StaticCallee(); callee != nil {
			callee = source(callee)
			f.calls[callee] = append(f.calls[callee], i.Common())
		}
	case *ssa.MakeInterface:
		f.into = append(f.into, conversion{i.Type(), i.X.Type()})
	case *ssa.ChangeInterface:
		f.into = append(f.into, conversion{to: i.Type()})
	case *ssa.TypeAssert:
		f.into = append(f.into, conversion{to: i.AssertedType})
	}
	var operands [16]*ssa.Value
	for n, operand := range instruction.Operands(operands[:0]) {
		if fn, ok := (*operand).(*ssa.Function); ok {
			if call, ok := instruction.(ssa.CallInstruction); ok && n == 0 && !call.Common().IsInvoke() {
				continue
			}
			if _, ok := instruction.(*ssa.MakeClosure); !ok {
				f.taken[source(fn)] = true
			}
		}
	}
}

// takenUnlessCalled notes that a closure goes somewhere, unless it is called
// where it is made.
func (f *flow) takenUnlessCalled(closure *ssa.MakeClosure, fn *ssa.Function) {
	for _, user := range *closure.Referrers() {
		if call, ok := user.(ssa.CallInstruction); !ok || call.Common().Value != closure {
			f.taken[fn] = true
		}
	}
}

func fieldOf(t types.Type, n int) *types.Var {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		t = named.Origin() // one field for all instances
	}
	if s, ok := t.Underlying().(*types.Struct); ok {
		return s.Field(n)
	}
	return nil // a type parameter
}

// ofUsers reports whether users of the package set the field.
func (f *flow) ofUsers(t types.Type, field *types.Var) bool {
	if field == nil || field.Pkg() != f.program.pkg.Pkg {
		return true
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return field.Exported() && (!ok || named.Obj().Exported())
}

// conversions returns the types of which the package makes values of the
// interface type; ok is false if not all are known.
func (f *flow) conversions(to types.Type) (from []types.Type, ok bool) {
	for _, c := range f.into {
		if !types.Identical(c.to, to) {
			continue
		}
		if c.from == nil {
			return nil, false
		}
		if !slices.ContainsFunc(from, func(t types.Type) bool { return types.Identical(t, c.from) }) {
			from = append(from, c.from)
		}
	}
	return from, len(from) > 0
}
