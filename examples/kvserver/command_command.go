package main

import (
	"context"
	"strings"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

func commandTable() []command {
	return withHelp("command",
		command{name: "count", arity: 2, run: runCommandCount, syntax: "COUNT", summary: "Return the total number of commands in this server."},
		command{name: "list", arity: -2, run: runCommandList, syntax: "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]", summary: "Return a list of all commands in this server."},
		command{name: "info", arity: -2, run: runCommandInfo, syntax: "INFO [<command-name> ...]", summary: "Return details about several commands, or all."},
		command{name: "docs", arity: -2, run: runCommandDocs, syntax: "DOCS [<command-name> ...]", summary: "Return documentation of several commands, or all."},
		command{name: "getkeys", arity: -4, run: runCommandGetKeys, syntax: "GETKEYS <full-command>", summary: "Return the keys from a full command."},
	)
}

// COMMAND.
func runCommand(_ context.Context, c *client, _ [][]byte) error { return c.describeAll() }

// COMMAND COUNT.
func runCommandCount(_ context.Context, c *client, _ [][]byte) error {
	c.out.Int(int64(len(commands)))
	return nil
}

// COMMAND LIST [FILTERBY (MODULE name | ACLCAT category | PATTERN pattern)]. No
// command is of a module or in a category.
func runCommandList(_ context.Context, c *client, args [][]byte) error {
	match := func(string) bool { return true }
	switch {
	case len(args) == 2:
	case len(args) != 5 || upper(args[2]) != "FILTERBY":
		return errSyntax
	case upper(args[3]) == "PATTERN":
		pattern, err := namePattern(args[4])
		if err != nil {
			return err
		}
		match = func(name string) bool { return matches(pattern, name) }
	case upper(args[3]) == "MODULE", upper(args[3]) == "ACLCAT":
		match = func(string) bool { return false }
	default:
		return errSyntax
	}
	var names []string
	add := func(name string) {
		if match(name) {
			names = append(names, name)
		}
	}
	for _, cmd := range table() {
		add(cmd.name)
		for _, sub := range cmd.sub {
			add(sub.name)
		}
	}
	c.out.Array(len(names))
	for _, name := range names {
		c.out.BulkString(name)
	}
	return nil
}

// COMMAND INFO [name ...].
func runCommandInfo(_ context.Context, c *client, args [][]byte) error {
	if len(args) == 2 {
		return c.describeAll()
	}
	c.out.Array(len(args) - 2)
	for _, name := range args[2:] {
		if cmd := findFull(name); cmd == nil {
			c.out.NullArray()
		} else {
			describe(&c.out, cmd)
		}
		if err := c.flushFull(); err != nil { // a name may be a tenth of what is said of it
			return err
		}
	}
	return nil
}

// findFull returns the command of a name, which of a subcommand has a bar.
func findFull(name []byte) *command {
	container, sub, bar := strings.Cut(string(name[:min(len(name), 2*maxName)]), "|")
	cmd := find([]byte(container))
	if cmd == nil || !bar {
		return cmd
	}
	return cmd.child([]byte(sub))
}

func (c *client) describeAll() error {
	c.out.Array(len(commands))
	for _, cmd := range table() {
		describe(&c.out, &cmd)
		if err := c.flushFull(); err != nil {
			return err
		}
	}
	return nil
}

// describe writes what COMMAND INFO tells: besides what clients look at, no
// categories of access, and no tips.
func describe(w *resp.Writer, cmd *command) {
	w.Array(10)
	w.BulkString(cmd.name)
	w.Int(int64(cmd.arity))
	switch {
	case cmd.write:
		w.Set(1)
		w.Simple("write")
	case cmd.reads():
		w.Set(1)
		w.Simple("readonly")
	default:
		w.Set(0)
	}
	w.Int(int64(cmd.keys.first))
	w.Int(int64(cmd.keys.last))
	w.Int(int64(cmd.keys.step))
	w.Set(0)
	w.Array(0)
	describeKeys(w, cmd)
	w.Array(len(cmd.sub))
	for i := range cmd.sub {
		describe(w, &cmd.sub[i])
	}
}

// describeKeys writes the specification of the keys.
func describeKeys(w *resp.Writer, cmd *command) {
	if cmd.keys.step == 0 {
		w.Array(0)
		return
	}
	access := "RO"
	if cmd.write {
		access = "RW"
	}
	w.Array(1)
	w.Map(3)
	w.BulkString("flags")
	w.Set(1)
	w.Simple(access)
	w.BulkString("begin_search")
	w.Map(2)
	w.BulkString("type")
	w.BulkString("index")
	w.BulkString("spec")
	w.Map(1)
	w.BulkString("index")
	w.Int(int64(cmd.keys.first))
	w.BulkString("find_keys")
	w.Map(2)
	w.BulkString("type")
	w.BulkString("range")
	w.BulkString("spec")
	w.Map(3)
	w.BulkString("lastkey")
	if last := cmd.keys.last; last < 0 {
		w.Int(int64(last))
	} else { // counted from the first one
		w.Int(int64(last - cmd.keys.first))
	}
	w.BulkString("keystep")
	w.Int(int64(cmd.keys.step))
	w.BulkString("limit")
	w.Int(0)
}

// COMMAND GETKEYS name [argument ...].
func runCommandGetKeys(_ context.Context, c *client, args [][]byte) error {
	args = args[2:]
	cmd, err := choose(args)
	switch {
	case cmd == nil:
		return commandError("Invalid command specified")
	case cmd.keys.step == 0:
		return commandError("The command has no key arguments")
	case err != nil:
		return commandError("Invalid number of arguments specified for command")
	}
	keys := cmd.keys.of(args)
	c.out.Array(len(keys))
	for _, key := range keys {
		if err := c.bulk(key); err != nil {
			return err
		}
		if err := c.flushFull(); err != nil {
			return err
		}
	}
	return nil
}
