package main

import (
	"context"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// COMMAND DOCS [name ...]. Names that there are not are left out.
func runCommandDocs(_ context.Context, c *client, args [][]byte) error {
	var documented []*command
	if len(args) == 2 {
		for _, cmd := range table() {
			documented = append(documented, &cmd)
		}
	}
	for _, name := range args[2:] {
		if cmd := findFull(name); cmd != nil {
			documented = append(documented, cmd)
		}
	}
	c.out.Map(len(documented))
	for _, cmd := range documented {
		document(&c.out, cmd, c.keys.db.backend)
		if err := c.flushFull(); err != nil {
			return err
		}
	}
	return nil
}

func document(w *resp.Writer, cmd *command, b *backend) {
	arguments := argumentsOf[cmd.name]
	n := 2
	if len(arguments) > 0 {
		n++
	}
	if len(cmd.sub) > 0 {
		n++
	}
	w.BulkString(cmd.name)
	w.Map(n)
	w.BulkString("summary")
	w.BulkString(cmd.summary)
	w.BulkString("group")
	w.BulkString(cmd.group)
	if len(arguments) > 0 {
		w.BulkString("arguments")
		documentArguments(w, arguments, b)
	}
	if len(cmd.sub) == 0 {
		return
	}
	w.BulkString("subcommands")
	w.Map(len(cmd.sub))
	for i := range cmd.sub {
		document(w, &cmd.sub[i], b)
	}
}
