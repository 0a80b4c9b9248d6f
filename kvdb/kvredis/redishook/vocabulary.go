package redishook

import (
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A vocabulary knows what the commands of a client are recorded as.
type vocabulary struct {
	commands             map[string]*command // by the name in lower case
	other                *command
	pipelined, inMulti   *instrument.Operation
	pipelines, multiples map[*command]*instrument.Operation // of one command
}

// A command is what one is recorded as.
type command struct {
	name      string
	operation *instrument.Operation // nil for one that is not recorded
	waits     bool
}

func newVocabulary(r *instrument.Recorder, named []string) *vocabulary {
	other := string(catalog.Other)
	v := &vocabulary{
		commands:  make(map[string]*command, len(named)),
		other:     &command{name: other, operation: r.Operation(other)},
		pipelined: r.Operation(pipelined), inMulti: r.Operation(transaction),
		pipelines: make(map[*command]*instrument.Operation), multiples: make(map[*command]*instrument.Operation),
	}
	for _, name := range unrecorded {
		v.commands[strings.ToLower(name)] = &command{name: name}
	}
	for _, name := range catalog.UntimedCommands() {
		v.add(string(name), v.other.operation)
	}
	for _, name := range rarelyWaiting {
		v.add(name, v.other.operation)
	}
	for _, name := range named {
		if !strings.Contains(name, " ") {
			v.add(name, r.Operation(name))
		}
	}
	for _, name := range named {
		batch, one, _ := strings.Cut(name, " ")
		c := v.commands[strings.ToLower(one)]
		switch {
		case one == "" || c == nil:
		case batch == pipelined:
			v.pipelines[c] = r.Operation(name)
		case batch == transaction:
			v.multiples[c] = r.Operation(name)
		}
	}
	return v
}

func (v *vocabulary) add(name string, operation *instrument.Operation) {
	v.commands[strings.ToLower(name)] = &command{name: name, operation: operation, waits: waits(name)}
}

// longestName is that of the longest command worth a look.
const longestName = 40

// of returns what a command is recorded as.
func (v *vocabulary) of(cmd redis.Cmder) *command {
	args := cmd.Args()
	if len(args) == 0 {
		return v.other
	}
	name, ok := args[0].(string)
	if !ok {
		return v.other
	}
	if c, ok := v.commands[name]; ok { // as the client's own methods write it
		return c
	}
	if len(name) > longestName {
		return v.other
	}
	var lower [longestName]byte
	for i := range len(name) {
		lower[i] = name[i]
		if 'A' <= name[i] && name[i] <= 'Z' {
			lower[i] += 'a' - 'A'
		}
	}
	if c, ok := v.commands[string(lower[:len(name)])]; ok {
		return c
	}
	return v.other
}

// batch returns what a pipeline or transaction of two commands or more is recorded as, nil
// for one that is not, and whether it waits on purpose: a pipeline is as slow as the command that does, and
// objectives do not know it, so it is other.
func (v *vocabulary) batch(cmds []redis.Cmder, multi bool) (o *instrument.Operation, waiting bool) {
	first, recorded := v.of(cmds[0]), false
	same := true
	for _, cmd := range cmds {
		c := v.of(cmd)
		same = same && c == first
		recorded = recorded || c.operation != nil
		waiting = waiting || c.waits
	}
	whole, of := v.pipelined, v.pipelines
	if multi {
		whole, of = v.inMulti, v.multiples
	}
	switch one, ok := of[first]; {
	case !recorded:
		return nil, false
	case waiting && !multi:
		return v.other.operation, true
	case same && ok:
		return one, false
	}
	return whole, false
}
