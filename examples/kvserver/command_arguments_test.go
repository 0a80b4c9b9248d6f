package main

import (
	"slices"
	"strings"
	"testing"
)

// fewest returns how many words arguments are at least, and whether they can be more.
func fewest(arguments []argument) (n int, more bool) {
	for _, a := range arguments {
		own, ownMore := 0, false
		switch a.kind {
		case "oneof":
			own, ownMore = fewest(a.of[:1])
		case "block":
			own, ownMore = fewest(a.of)
		case "pure-token":
		default:
			own = 1
		}
		if a.token != "" {
			own++
		}
		optional := slices.Contains(a.flags, "optional")
		if !optional {
			n += own
		}
		more = more || ownMore || optional || slices.Contains(a.flags, "multiple")
	}
	return n, more
}

// The arguments that are documented are as many as the command takes.
func TestArgumentsAreWhatCommandsTake(t *testing.T) {
	documented := make(map[string]bool)
	var check func(cmd *command)
	check = func(cmd *command) {
		documented[cmd.name] = true
		n, more := fewest(argumentsOf[cmd.name])
		n += 1 + strings.Count(cmd.name, "|")
		if more {
			n = -n
		}
		if len(cmd.sub) == 0 && n != cmd.arity && cmd.name != "quit" { // which takes whatever comes
			t.Errorf("%s: arity %d, and by its arguments %d", cmd.name, cmd.arity, n)
		}
		for i := range cmd.sub {
			check(&cmd.sub[i])
		}
	}
	for _, cmd := range table() {
		check(&cmd)
	}
	for name := range argumentsOf {
		if !documented[name] {
			t.Errorf("%s: there is no such command", name)
		}
	}
}
