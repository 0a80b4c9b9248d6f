package blocking

import (
	"go/types"
	"maps"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A state is what is known of the locks at one place of a function.
type state struct {
	held  map[key]bool // that the function has taken, on one way at least
	freed map[key]bool // that its caller had taken, on all ways
}

func (s state) clone() state { return state{maps.Clone(s.held), maps.Clone(s.freed)} }

func (s state) equal(t state) bool { return maps.Equal(s.held, t.held) && maps.Equal(s.freed, t.freed) }

// join is the state where two ways meet.
func (s state) join(t state) state {
	joined := s.clone()
	maps.Copy(joined.held, t.held)
	maps.DeleteFunc(joined.freed, func(k key, _ bool) bool { return !t.freed[k] })
	return joined
}

func (s state) take(k key) {
	if s.freed[k] {
		delete(s.freed, k) // it was the caller's
		return
	}
	s.held[k] = true
}

func (s state) free(k key) {
	if s.held[k] {
		delete(s.held, k)
		return
	}
	s.freed[k] = true
}

// A lockCall is what a call does to a lock.
type lockCall int

const (
	noLock lockCall = iota
	takes
	tries
	frees
)

// lockOf recognizes the calls of locks.
func (f *flow) lockOf(call *ssa.CallCommon) (key, lockCall) {
	var method *types.Func
	var receiver ssa.Value
	switch callee := call.StaticCallee(); {
	case call.IsInvoke():
		method, receiver = call.Method, call.Value
	case callee == nil:
		return key{}, noLock
	default:
		method, _ = callee.Object().(*types.Func)
		if closure, ok := call.Value.(*ssa.MakeClosure); ok && len(closure.Bindings) > 0 {
			receiver = closure.Bindings[0] // defer s.mu.Unlock kept as a value
		} else if len(call.Args) > 0 {
			receiver = call.Args[0]
		}
	}
	if method == nil || receiver == nil || method.Pkg() == nil || method.Pkg().Path() != "sync" ||
		method.Signature().Recv() == nil {
		return key{}, noLock
	}
	switch typeName(method.Signature().Recv().Type()) {
	case "sync.Mutex", "sync.RWMutex", "sync.Locker":
	default:
		return key{}, noLock
	}
	switch name := method.Name(); {
	case strings.HasPrefix(name, "Try"):
		return f.keyOf(receiver), tries
	case strings.HasSuffix(name, "Unlock"):
		return f.keyOf(receiver), frees
	case strings.HasSuffix(name, "Lock"):
		return f.keyOf(receiver), takes
	}
	return key{}, noLock
}
