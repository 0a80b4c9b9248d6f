package blocking

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// CloseLimit objects to functions that end something and wait without a limit.
var CloseLimit = &analysis.Analyzer{
	Name:      "closelimit",
	Doc:       "report an exported Close, Shutdown, Stop, and the like, that can wait for ever",
	Run:       runCloseLimit,
	Requires:  []*analysis.Analyzer{builder},
	FactTypes: []analysis.Fact{new(waits)},
}

// ending are the functions that have to return.
var ending = names(`Close Drain Flush ForceFlush Shutdown Stop Sync Unregister`)

// waits is the fact of a function that waits without a limit, or calls its
// parameters.
type waits struct {
	What   string
	Params bool
}

func (*waits) AFact() {}

func (w *waits) String() string {
	if w.What == "" {
		return "calls its parameters"
	}
	return "waits: " + w.What
}

// A wait is a place where a function waits.
type wait struct {
	what string
	in   *ssa.Function
}

type closeLimit struct {
	*program
	pass    *analysis.Pass
	escapes *escapes
	own     map[*ssa.Function]map[token.Pos]wait // without those of callees
	callees map[*ssa.Function][]*ssa.Function
	params  map[*ssa.Function]bool // that call what they, or those around them, are handed
}

func runCloseLimit(pass *analysis.Pass) (any, error) {
	p := pass.ResultOf[builder].(*program)
	if p == nil {
		return nil, nil
	}
	c := &closeLimit{
		program: p,
		pass:    pass,
		escapes: readEscapes(pass, "waitok"),
		own:     map[*ssa.Function]map[token.Pos]wait{},
		callees: map[*ssa.Function][]*ssa.Function{},
		params:  map[*ssa.Function]bool{},
	}
	for _, f := range p.funcs {
		c.look(f)
	}
	for _, f := range p.funcs {
		object, ok := f.Object().(*types.Func)
		if !ok || !object.Exported() {
			continue
		}
		found, params := c.reach(f)
		fact := waits{Params: params}
		for _, pos := range slices.Sorted(maps.Keys(found)) {
			fact.What = found[pos].what
			if ending[f.Name()] {
				c.object(f, found[pos], pos)
			}
			break // one is enough
		}
		if fact != (waits{}) {
			pass.ExportObjectFact(object, &fact)
		}
	}
	c.escapes.complain("waitok")
	return nil, nil
}

func (c *closeLimit) object(f *ssa.Function, w wait, pos token.Pos) {
	at := c.pass.Fset.Position(pos)
	through := ""
	if w.in != f {
		through = fmt.Sprintf(", in %s", w.in.Name())
	}
	c.pass.Reportf(f.Pos(), "%s has no limit: %s%s (line %d)", f.Name(), w.what, through, at.Line)
}

// reach finds where the function and all that it calls wait, and whether what it
// is handed is called.
func (c *closeLimit) reach(f *ssa.Function) (found map[token.Pos]wait, params bool) {
	found = map[token.Pos]wait{}
	seen := map[*ssa.Function]bool{f: true}
	for work := []*ssa.Function{f}; len(work) > 0; {
		f := work[0]
		work = work[1:]
		params = params || c.params[f]
		maps.Copy(found, c.own[f])
		for _, callee := range c.callees[f] {
			if !seen[callee] {
				seen[callee] = true
				work = append(work, callee)
			}
		}
	}
	return found, params
}

// look finds where a function waits, and what it calls and waits for.
func (c *closeLimit) look(f *ssa.Function) {
	c.own[f] = map[token.Pos]wait{}
	note := func(pos token.Pos, what string) {
		if !c.escapes.silence(pos) {
			c.own[f][pos] = wait{what, f}
		}
	}
	for _, block := range f.Blocks {
		for _, instruction := range block.Instrs {
			switch i := instruction.(type) {
			case *ssa.UnOp:
				if i.Op == token.ARROW && !c.ends(i.X) && !c.slot(f, i.X) {
					note(i.Pos(), "it receives from a channel")
				}
			case *ssa.Select:
				if i.Blocking && !slices.ContainsFunc(i.States, func(s *ssa.SelectState) bool { return c.ends(s.Chan) }) {
					note(i.Pos(), "no case of its select is a limit")
				}
			case *ssa.Call, *ssa.Defer:
				c.call(f, i.(ssa.CallInstruction).Common(), note)
			}
		}
	}
}

// waiting are the functions that wait for others.
var waiting = names(`sync.WaitGroup.Wait sync.Cond.Wait golang.org/x/sync/errgroup.Group.Wait`)

func (c *closeLimit) call(f *ssa.Function, call *ssa.CallCommon, note func(token.Pos, string)) {
	t := c.targetsOf(call, func(fn *types.Func) bool {
		var fact waits
		return c.pass.ImportObjectFact(fn, &fact) && fact.Params
	})
	if t.param {
		c.params[f] = true
	}
	if fn := t.elsewhere; fn != nil {
		var fact waits
		switch receiver := fn.Signature().Recv(); {
		case receiver != nil && waiting[typeName(receiver.Type())+"."+fn.Name()]:
			note(call.Pos(), fullName(fn))
		case c.pass.ImportObjectFact(fn, &fact) && fact.What != "":
			note(call.Pos(), fullName(fn)+", where "+fact.What)
		case ending[fn.Name()] && !isOwn(fn.Pkg()) && c.endless(call):
			note(call.Pos(), fullName(fn)+" with a context that never ends")
		}
	} else if call.IsInvoke() && ending[call.Method.Name()] && c.endless(call) {
		note(call.Pos(), call.Method.Name()+" with a context that never ends")
	}
	c.callees[f] = append(c.callees[f], t.known...)
}

// endless reports whether the context that a call is given never ends.
func (c *closeLimit) endless(call *ssa.CallCommon) bool {
	return slices.ContainsFunc(call.Args, func(v ssa.Value) bool {
		return types.TypeString(v.Type(), nil) == "context.Context" && isEndless(v)
	})
}

// isEndless reports whether a context is made of context.Background where it
// stands, and without a time.
func isEndless(v ssa.Value) bool {
	if extract, ok := v.(*ssa.Extract); ok {
		v = extract.Tuple
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	callee := call.Call.StaticCallee()
	if callee == nil || callee.Pkg == nil || callee.Pkg.Pkg.Path() != "context" {
		return false
	}
	switch callee.Name() {
	case "Background", "TODO", "WithoutCancel":
		return true
	case "WithValue":
		return isEndless(call.Call.Args[0])
	}
	return false
}

// ends reports whether a channel is that of a timer, or tells of the end of a
// context.
func (c *closeLimit) ends(channel ssa.Value) bool {
	if t, ok := channel.Type().Underlying().(*types.Chan); ok && types.TypeString(t.Elem(), nil) == "time.Time" {
		return true
	}
	call, ok := channel.(*ssa.Call)
	if !ok || !call.Call.IsInvoke() || call.Call.Method.Name() != "Done" {
		return false
	}
	return types.TypeString(call.Call.Value.Type(), nil) == "context.Context" && !isEndless(call.Call.Value)
}

// slot reports whether the function, with those around it, sends to the channel
// too: then it takes back what it has put there.
func (c *closeLimit) slot(f *ssa.Function, channel ssa.Value) bool {
	for f.Parent() != nil {
		f = f.Parent()
	}
	same := func(v ssa.Value) bool { return c.flow.keyOf(v) == c.flow.keyOf(channel) }
	for _, block := range f.Blocks {
		for _, instruction := range block.Instrs {
			switch i := instruction.(type) {
			case *ssa.Send:
				if same(i.Chan) {
					return true
				}
			case *ssa.Select:
				if slices.ContainsFunc(i.States, func(s *ssa.SelectState) bool {
					return s.Dir == types.SendOnly && same(s.Chan)
				}) {
					return true
				}
			}
		}
	}
	return false
}
