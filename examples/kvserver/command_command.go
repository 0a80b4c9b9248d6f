package main

import (
	"context"

	"github.com/tidwall/redcon"
)

// COMMAND, COMMAND COUNT, COMMAND INFO [name ...] and COMMAND DOCS, which has
// none.
func runCommand(_ context.Context, c *client, args [][]byte) error {
	if len(args) == 1 {
		c.appendCommands()
		return nil
	}
	switch upper(args[1]) {
	case "COUNT":
		c.out = redcon.AppendInt(c.out, int64(len(commands)))
	case "DOCS":
		c.out = redcon.AppendArray(c.out, 0)
	case "INFO":
		if len(args) == 2 {
			c.appendCommands()
			return nil
		}
		c.out = redcon.AppendArray(c.out, len(args)-2)
		for _, name := range args[2:] {
			c.out = appendCommand(c.out, find(name))
			if err := c.flushFull(); err != nil { // a name may be a tenth of what is said of it
				return err
			}
		}
	default:
		return commandError("COMMAND is supported alone and with COUNT, DOCS and INFO")
	}
	return nil
}

func (c *client) appendCommands() {
	c.out = redcon.AppendArray(c.out, len(commands))
	for _, cmd := range table() {
		c.out = appendCommand(c.out, &cmd)
	}
}

func appendCommand(out []byte, cmd *command) []byte {
	if cmd == nil {
		return append(out, "*-1\r\n"...)
	}
	flag := "readonly"
	if cmd.write {
		flag = "write"
	}
	out = redcon.AppendArray(out, 6)
	out = redcon.AppendBulkString(out, cmd.name)
	out = redcon.AppendInt(out, int64(cmd.arity))
	out = redcon.AppendArray(out, 1)
	out = redcon.AppendString(out, flag)
	out = redcon.AppendInt(out, int64(cmd.keys.first))
	out = redcon.AppendInt(out, int64(cmd.keys.last))
	return redcon.AppendInt(out, int64(cmd.keys.step))
}
