package blocking

import (
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// An event is a call of foreign code.
type event struct {
	what  string
	in    *ssa.Function
	freed map[key]bool // locks of the caller that are free at this time
	param bool         // what is called is a parameter of the function
}

// A summary is what a function does for its callers.
type summary struct {
	events map[token.Pos]event
	exit   state
	params bool
}

func (s summary) equal(t summary) bool {
	return s.params == t.params && s.exit.equal(t.exit) &&
		maps.EqualFunc(s.events, t.events, func(a, b event) bool { return maps.Equal(a.freed, b.freed) })
}

// summarize follows the locks through a function.
func (l *lockHeld) summarize(f *ssa.Function) summary {
	s := summary{events: map[token.Pos]event{}}
	if len(f.Blocks) == 0 {
		return s
	}
	entry := map[*ssa.BasicBlock]state{f.Blocks[0]: {map[key]bool{}, map[key]bool{}}}
	exited := false
	succeeds := canSucceed(f)
	for work := []*ssa.BasicBlock{f.Blocks[0]}; len(work) > 0; {
		block := work[0]
		work = work[1:]
		now := entry[block].clone()
		for _, instruction := range block.Instrs {
			switch i := instruction.(type) {
			case *ssa.Call:
				l.call(i, i.Common(), now, &s)
			case *ssa.RunDefers:
				l.runDefers(i, now, &s)
			case *ssa.Return:
				if succeeds && !isSuccess(i) {
					continue // no lock comes with an error
				}
				if exited {
					// Who returns with a lock on one way only, as a function
					// that tries, is the caller's to ask.
					maps.DeleteFunc(s.exit.held, func(k key, _ bool) bool { return !now.held[k] })
					maps.DeleteFunc(s.exit.freed, func(k key, _ bool) bool { return !now.freed[k] })
				} else {
					s.exit, exited = now.clone(), true
				}
			}
		}
		for n, next := range block.Succs {
			after := l.flow.tried(block, n, now)
			before, known := entry[next]
			if known {
				after = before.join(after)
			}
			if !known || !after.equal(before) {
				entry[next] = after
				work = append(work, next)
			}
		}
	}
	return s
}

// tried is the state on one of the two ways after if mu.TryLock().
func (f *flow) tried(block *ssa.BasicBlock, n int, now state) state {
	now = now.clone()
	last, ok := block.Instrs[len(block.Instrs)-1].(*ssa.If)
	if !ok {
		return now
	}
	if call, failed := f.failure(last.Cond); call != nil && n == failed {
		maps.DeleteFunc(now.held, func(k key, _ bool) bool { return cameFrom(k, call) })
	}
	condition, yes := last.Cond, 0
	if not, ok := condition.(*ssa.UnOp); ok && not.Op == token.NOT {
		condition, yes = not.X, 1
	}
	if call, ok := condition.(*ssa.Call); ok && n == yes {
		if k, what := f.lockOf(call.Common()); what == tries {
			now.take(k)
		}
	}
	return now
}

// runDefers runs the deferred calls, the last one first.
func (l *lockHeld) runDefers(at *ssa.RunDefers, now state, s *summary) {
	var deferred []*ssa.Defer
	for _, block := range at.Parent().Blocks {
		for _, instruction := range block.Instrs {
			if d, ok := instruction.(*ssa.Defer); ok && canReach(block, at.Block()) {
				deferred = append(deferred, d)
			}
		}
	}
	for _, d := range slices.Backward(deferred) {
		l.call(d, d.Common(), now, s)
	}
}

func canReach(from, to *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{from: true}
	for work := []*ssa.BasicBlock{from}; len(work) > 0; {
		block := work[0]
		work = work[1:]
		if block == to {
			return true
		}
		for _, next := range block.Succs {
			if !seen[next] {
				seen[next] = true
				work = append(work, next)
			}
		}
	}
	return false
}

// call changes the state as a call does, and notes the foreign code in it.
func (l *lockHeld) call(at ssa.Instruction, call *ssa.CallCommon, now state, s *summary) {
	switch k, what := l.flow.lockOf(call); what {
	case takes:
		now.take(k)
		return
	case frees:
		now.free(k)
		return
	case tries:
		return
	}
	t := l.targetsOf(call, func(fn *types.Func) bool {
		var fact calls
		return l.pass.ImportObjectFact(fn, &fact) && fact.Params
	})
	if t.elsewhere != nil && isOwn(t.elsewhere.Pkg()) {
		var fact calls
		if l.pass.ImportObjectFact(t.elsewhere, &fact) && fact.Foreign != "" {
			t.foreign = fullName(t.elsewhere) + ", which calls " + fact.Foreign
		}
	}
	l.run(at, call, t, now, s)
}

// run changes the state as the functions do of which one is called.
func (l *lockHeld) run(at ssa.Instruction, call *ssa.CallCommon, t targets, now state, s *summary) {
	if t.param {
		s.params = true
	}
	pos := call.Pos()
	if !pos.IsValid() {
		pos = at.Pos()
	}
	if t.foreign != "" && !l.escapes.silence(pos) {
		l.note(at, pos, event{what: t.foreign, in: at.Parent(), param: t.param}, now, s)
	}
	var after []state
	for _, callee := range t.known {
		inner := l.summaries[callee]
		for pos, e := range inner.events {
			if e.param {
				continue // what it is, is known here
			}
			freed, ok := map[key]bool{}, true
			for k := range e.freed {
				outer, translated := k.in(l.flow, callee, at, call)
				freed[outer] = true
				ok = ok && translated
			}
			if ok {
				e.freed = freed
				l.note(at, pos, e, now, s)
			}
		}
		if inner.params {
			if within(callee, at.Parent()) {
				s.params = true // it may be what this one is handed
			}
			// What it was handed runs in it.
			var handed targets
			l.arguments(call, &handed)
			l.run(at, new(ssa.CallCommon), handed, now, s)
		}
		effect := now.clone()
		for k := range inner.exit.freed {
			if outer, ok := k.in(l.flow, callee, at, call); ok {
				effect.free(outer)
			}
		}
		for k := range inner.exit.held {
			if outer, ok := k.in(l.flow, callee, at, call); ok {
				effect.take(outer)
			}
		}
		after = append(after, effect)
	}
	for n, effect := range after {
		if n > 0 {
			effect = state{now.held, now.freed}.join(effect)
		}
		clear(now.held)
		clear(now.freed)
		maps.Copy(now.held, effect.held)
		maps.Copy(now.freed, effect.freed)
	}
}

// note puts a foreign call into the summary, and reports it if a lock is held.
func (l *lockHeld) note(at ssa.Instruction, pos token.Pos, e event, now state, s *summary) {
	if l.report != nil {
		for k := range now.held {
			if !e.freed[k] {
				l.report(at, k, pos, e)
			}
		}
	}
	freed := maps.Clone(now.freed)
	for k := range e.freed {
		if !now.held[k] {
			freed[k] = true
		}
	}
	if before, ok := s.events[pos]; ok {
		maps.DeleteFunc(freed, func(k key, _ bool) bool { return !before.freed[k] })
	}
	e.freed = freed
	s.events[pos] = e
}

// within reports whether one function is written inside of another.
func within(f, outer *ssa.Function) bool {
	for ; f != nil; f = f.Parent() {
		if f == outer {
			return true
		}
	}
	return false
}
