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

// LockHeld objects to calls of foreign code while a lock is held.
var LockHeld = &analysis.Analyzer{
	Name:      "lockheld",
	Doc:       "report a lock that is held over a call of foreign code",
	Run:       runLockHeld,
	Requires:  []*analysis.Analyzer{builder},
	FactTypes: []analysis.Fact{new(calls)},
}

// calls is the fact of a function that calls foreign code, or its parameters.
type calls struct {
	Foreign string
	Params  bool
}

func (*calls) AFact() {}

func (c *calls) String() string {
	if c.Foreign == "" {
		return "calls its parameters"
	}
	return "calls " + c.Foreign
}

type lockHeld struct {
	*program
	pass      *analysis.Pass
	escapes   *escapes
	summaries map[*ssa.Function]summary
	report    func(call ssa.Instruction, lock key, pos token.Pos, e event)
}

func runLockHeld(pass *analysis.Pass) (any, error) {
	p := pass.ResultOf[builder].(*program)
	if p == nil {
		return nil, nil
	}
	l := &lockHeld{
		program:   p,
		pass:      pass,
		escapes:   readEscapes(pass, "lockok"),
		summaries: map[*ssa.Function]summary{},
	}
	for changed := true; changed; {
		changed = false
		for _, f := range p.funcs {
			s := l.summarize(f)
			if old, ok := l.summaries[f]; !ok || !s.equal(old) {
				l.summaries[f], changed = s, true
			}
		}
	}
	l.exportFacts()
	l.reportAll()
	l.escapes.complain("lockok")
	return nil, nil
}

func (l *lockHeld) exportFacts() {
	for _, f := range l.funcs {
		object, ok := f.Object().(*types.Func)
		if !ok || !object.Exported() {
			continue
		}
		s := l.summaries[f]
		fact := calls{Params: s.params}
		for _, pos := range slices.Sorted(maps.Keys(s.events)) {
			if e := s.events[pos]; !e.param && len(e.freed) == 0 {
				fact.Foreign = e.what
				break
			}
		}
		if fact != (calls{}) {
			l.pass.ExportObjectFact(object, &fact)
		}
	}
}

func (l *lockHeld) reportAll() {
	type place struct {
		at   token.Pos
		lock string
	}
	found := map[place]string{} // one of the calls there
	l.report = func(call ssa.Instruction, lock key, pos token.Pos, e event) {
		at := place{call.Pos(), lock.String()}
		if !at.at.IsValid() {
			at.at = pos // a deferred call: where it is made
		}
		text := e.what
		if e.in != call.Parent() {
			text += fmt.Sprintf(", in %s (line %d)", e.in.Name(), l.pass.Fset.Position(pos).Line)
		}
		if before, ok := found[at]; !ok || text < before {
			found[at] = text
		}
	}
	for _, f := range l.funcs {
		l.summarize(f)
	}
	for at, text := range found {
		if !l.escapes.silence(at.at) {
			l.pass.Reportf(at.at, "%s is held over a call of %s", at.lock, text)
		}
	}
}
