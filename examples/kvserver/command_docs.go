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
		document(&c.out, cmd)
		if err := c.flushFull(); err != nil {
			return err
		}
	}
	return nil
}

func document(w *resp.Writer, cmd *command) {
	w.BulkString(cmd.name)
	if len(cmd.sub) == 0 {
		w.Map(2)
	} else {
		w.Map(3)
	}
	w.BulkString("summary")
	w.BulkString(cmd.summary)
	w.BulkString("group")
	w.BulkString(cmd.group)
	if len(cmd.sub) == 0 {
		return
	}
	w.BulkString("subcommands")
	w.Map(len(cmd.sub))
	for i := range cmd.sub {
		document(w, &cmd.sub[i])
	}
}
