package main

import (
	"context"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// COMMAND, COMMAND COUNT, COMMAND INFO [name ...] and COMMAND DOCS, which has
// none.
func runCommand(_ context.Context, c *client, args [][]byte) error {
	if len(args) == 1 {
		c.allCommands()
		return nil
	}
	switch upper(args[1]) {
	case "COUNT":
		c.out.Int(int64(len(commands)))
	case "DOCS":
		c.out.Map(0)
	case "INFO":
		if len(args) == 2 {
			c.allCommands()
			return nil
		}
		c.out.Array(len(args) - 2)
		for _, name := range args[2:] {
			writeCommand(&c.out, find(name))
			if err := c.flushFull(); err != nil { // a name may be a tenth of what is said of it
				return err
			}
		}
	default:
		return commandError("COMMAND is supported alone and with COUNT, DOCS and INFO")
	}
	return nil
}

func (c *client) allCommands() {
	c.out.Array(len(commands))
	for _, cmd := range table() {
		writeCommand(&c.out, &cmd)
	}
}

func writeCommand(w *resp.Writer, cmd *command) {
	if cmd == nil {
		w.NullArray()
		return
	}
	flag := "readonly"
	if cmd.write {
		flag = "write"
	}
	w.Array(6)
	w.BulkString(cmd.name)
	w.Int(int64(cmd.arity))
	w.Set(1)
	w.Simple(flag)
	w.Int(int64(cmd.keys.first))
	w.Int(int64(cmd.keys.last))
	w.Int(int64(cmd.keys.step))
}
