package linearizability

import (
	"fmt"
	"testing"

	"github.com/anishathalye/porcupine"
)

// A call is a command on one key, or a transaction of several.
type call struct {
	db    int
	key   string
	kind  kind
	value string // to set
}

// A kind is what a call does.
type kind string

const (
	get       kind = "GET"
	set       kind = "SET"
	setAbsent kind = "SET NX"
	setThere  kind = "SET XX"
	del       kind = "DEL"
	exists    kind = "EXISTS"
	exchange  kind = "MULTI GET SET EXEC"
	take      kind = "MULTI GET DEL EXISTS EXEC"
)

// A result is what a call returned.
type result struct {
	value state // that was there, of those that read it
	done  bool  // it was set, removed or there, of those that say so
}

// A state is a value, or none.
type state struct {
	value string
	there bool
}

func (s state) String() string {
	if !s.there {
		return "nothing"
	}
	return s.value
}

// model is a register for each key of each database.
var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := make(map[string][]porcupine.Operation)
		for _, op := range history {
			c := op.Input.(call)
			name := fmt.Sprint(c.db, c.key)
			parts[name] = append(parts[name], op)
		}
		var all [][]porcupine.Operation
		for _, part := range parts {
			all = append(all, part)
		}
		return all
	},
	Init: func() any { return state{} },
	Step: func(before, input, output any) (ok bool, after any) {
		return happens(before.(state), input.(call), output.(result))
	},
	DescribeOperation: func(input, output any) string {
		c, r := input.(call), output.(result)
		return fmt.Sprintf("%s %s %s: %v %t", c.kind, c.key, c.value, r.value, r.done)
	},
	DescribeState: func(s any) string { return s.(state).String() },
}

// happens reports whether a call can have this result, and what is there then.
func happens(before state, c call, r result) (ok bool, after state) {
	written := state{c.value, true}
	switch c.kind {
	case get:
		return r.value == before, before
	case set:
		return true, written
	case setAbsent, setThere:
		if before.there != (c.kind == setThere) {
			return !r.done, before
		}
		return r.done, written
	case del:
		return r.done == before.there, state{}
	case exists:
		return r.done == before.there, before
	case exchange:
		return r.value == before, written
	case take:
		return r.value == before && r.done == before.there, state{}
	}
	return false, before
}

// The model takes what can happen, and refuses what must not.
func TestModel(t *testing.T) {
	type event struct {
		from, to int64
		kind     kind
		value    string
		r        result
	}
	there := func(value string) result { return result{value: state{value, true}} }
	done := result{done: true}
	for _, tt := range []struct {
		name    string
		history []event
		ok      bool
	}{
		{"in order", []event{{0, 1, set, "a", result{}}, {2, 3, get, "", there("a")}, {4, 5, del, "", done}, {6, 7, get, "", result{}}}, true},
		{"at once", []event{{0, 9, set, "a", result{}}, {0, 9, set, "b", result{}}, {1, 2, get, "", there("b")}, {3, 4, get, "", there("a")}}, true},
		{"a stale read", []event{{0, 1, set, "a", result{}}, {2, 3, set, "b", result{}}, {4, 5, get, "", there("a")}}, false},
		{"a lost write", []event{{0, 1, set, "a", result{}}, {2, 3, get, "", result{}}}, false},
		{"back and forth", []event{{0, 9, set, "a", result{}}, {1, 2, get, "", there("a")}, {3, 4, get, "", result{}}}, false},
		{"two are first", []event{{0, 9, setAbsent, "a", done}, {0, 9, setAbsent, "b", done}}, false},
		{"one is first", []event{{0, 9, setAbsent, "a", done}, {0, 9, setAbsent, "b", result{}}, {10, 11, get, "", there("a")}}, true},
		{"a write to nothing", []event{{0, 1, setThere, "a", done}}, false},
		{"removed twice", []event{{0, 1, set, "a", result{}}, {2, 9, del, "", done}, {2, 9, del, "", done}}, false},
		{"there and gone", []event{{0, 1, set, "a", result{}}, {2, 3, del, "", done}, {4, 5, exists, "", done}}, false},
		{"between the halves of a transaction", []event{{0, 1, set, "a", result{}}, {2, 9, exchange, "b", there("a")}, {2, 9, exchange, "c", there("a")}}, false},
		{"one transaction after another", []event{{0, 1, set, "a", result{}}, {2, 9, exchange, "b", there("a")}, {2, 9, take, "", result{value: state{"b", true}, done: true}}}, true},
	} {
		var history []porcupine.Operation
		for i, e := range tt.history {
			history = append(history, porcupine.Operation{ClientId: i, Input: call{key: "k", kind: e.kind, value: e.value}, Call: e.from, Output: e.r, Return: e.to})
		}
		if got := porcupine.CheckOperations(model, history); got != tt.ok {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}
