package blocking

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A key names a lock: where the way to it begins, and the way.
type key struct {
	root ssa.Value
	path string
}

// keyOf returns the key of a lock's address. A variable that a closure captured
// has one key inside and outside.
func (f *flow) keyOf(v ssa.Value) key { return f.keyTo(v, 20) }

// keyTo goes back so many steps at most: a list can lead to itself.
func (f *flow) keyTo(v ssa.Value, steps int) key {
	if steps--; steps == 0 {
		return key{root: v}
	}
	switch v := v.(type) {
	case *ssa.FieldAddr:
		field := fieldOf(v.X.Type(), v.Field)
		if field == nil {
			return key{root: v}
		}
		return f.keyTo(v.X, steps).then("." + field.Name())
	case *ssa.IndexAddr:
		return f.keyTo(v.X, steps).then("[]")
	case *ssa.ChangeType:
		return f.keyTo(v.X, steps)
	case *ssa.MakeInterface:
		return f.keyTo(v.X, steps)
	case *ssa.FreeVar:
		if bindings := f.bindings[v]; len(bindings) == 1 {
			return f.keyTo(bindings[0], steps)
		}
	case *ssa.UnOp:
		cell := f.keyTo(v.X, steps)
		if stores := f.cells[cell.root]; cell.path == "" && len(stores) == 1 {
			return f.keyTo(stores[0], steps)
		}
		return cell.then("*")
	}
	return key{root: v}
}

func (k key) then(step string) key { return key{k.root, k.path + step} }

// String returns the lock about as it is written.
func (k key) String() string {
	name := ""
	switch root := k.root.(type) {
	case *ssa.Parameter, *ssa.Global:
		name = root.Name()
	}
	name = strings.TrimPrefix(strings.ReplaceAll(name+k.path, "*", ""), ".")
	return cmp.Or(name, "a lock")
}

// in returns the key, which is that of a callee, as its caller names it.
func (k key) in(f *flow, callee *ssa.Function, at ssa.Instruction, call *ssa.CallCommon) (key, bool) {
	root, ok := k.root.(interface{ Parent() *ssa.Function })
	if !ok || root.Parent() != callee {
		return k, true // a global, or of a function around both
	}
	for n, p := range callee.Params {
		if k.root == p && call.StaticCallee() != nil && n < len(call.Args) {
			outer := f.keyOf(call.Args[n]).then(k.path)
			return outer, len(outer.path) < 100 // or a function that calls itself
		}
	}
	if made, ok := at.(*ssa.Call); ok {
		if result := f.resultWith(k.root, callee, made); result != nil {
			return key{result, k.path}, true
		}
	}
	return k, false
}

// resultWith returns where the caller gets what the callee calls root.
func (f *flow) resultWith(root ssa.Value, callee *ssa.Function, call *ssa.Call) ssa.Value {
	for _, block := range callee.Blocks {
		result, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for n, v := range result.Results {
			switch {
			case f.keyOf(v) != key{root: root}:
			case len(result.Results) == 1:
				return call
			default:
				for _, user := range *call.Referrers() {
					if extract, ok := user.(*ssa.Extract); ok && extract.Index == n {
						return extract
					}
				}
			}
		}
	}
	return nil
}

// cameFrom reports whether the call returned the lock.
func cameFrom(k key, call *ssa.Call) bool {
	extract, ok := k.root.(*ssa.Extract)
	return ok && extract.Tuple == call
}

// failure returns the call whose error a condition looks at, and which way is
// taken if there is one.
func (f *flow) failure(condition ssa.Value) (call *ssa.Call, n int) {
	compare, ok := condition.(*ssa.BinOp)
	if !ok || !isError(compare.X.Type()) {
		return nil, 0
	}
	if c, ok := compare.Y.(*ssa.Const); !ok || !c.IsNil() {
		return nil, 0
	}
	v := compare.X
	if load, ok := v.(*ssa.UnOp); ok { // an err that is captured
		for _, stored := range f.cells[load.X] {
			if extract, ok := stored.(*ssa.Extract); ok {
				v = extract
			}
		}
	}
	extract, ok := v.(*ssa.Extract)
	if !ok {
		return nil, 0
	}
	call, _ = extract.Tuple.(*ssa.Call)
	if compare.Op == token.EQL {
		n = 1
	}
	return call, n
}

func isError(t types.Type) bool { return types.TypeString(t, nil) == "error" }

// isSuccess reports whether a function returns with the error nil.
func isSuccess(r *ssa.Return) bool {
	if len(r.Results) == 0 {
		return false
	}
	c, ok := r.Results[len(r.Results)-1].(*ssa.Const)
	return ok && c.IsNil() && isError(c.Type())
}

func canSucceed(f *ssa.Function) bool {
	return slices.ContainsFunc(f.Blocks, func(b *ssa.BasicBlock) bool {
		r, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		return ok && isSuccess(r)
	})
}
