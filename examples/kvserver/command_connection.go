package main

import (
	"context"

	"github.com/tidwall/redcon"
)

// PING [message].
func runPing(_ context.Context, c *client, args [][]byte) error {
	switch len(args) {
	case 1:
		c.out = append(c.out, "+PONG\r\n"...)
	case 2:
		c.out = redcon.AppendBulk(c.out, args[1])
	default:
		return commandError("wrong number of arguments for 'ping' command")
	}
	return nil
}

// ECHO message.
func runEcho(_ context.Context, c *client, args [][]byte) error {
	c.out = redcon.AppendBulk(c.out, args[1])
	return nil
}

// SELECT index. There is one database.
func runSelect(_ context.Context, c *client, args [][]byte) error {
	n, err := parseInt(args[1])
	if err != nil {
		return err
	}
	if n != 0 {
		return commandError("DB index is out of range")
	}
	c.out = redcon.AppendOK(c.out)
	return nil
}

// QUIT.
func runQuit(_ context.Context, c *client, _ [][]byte) error {
	c.leaving = true
	c.out = redcon.AppendOK(c.out)
	return nil
}

// HELLO [2 [SETNAME name]]. To HELLO 3 the reply is the error that makes clients
// go on with version 2.
func runHello(_ context.Context, c *client, args [][]byte) error {
	if len(args) > 1 {
		version, err := parseInt(args[1])
		if err != nil {
			return commandError("Protocol version is not an integer or out of range")
		}
		if version != 2 {
			c.out = redcon.AppendError(c.out, "NOPROTO unsupported protocol version")
			return nil
		}
	}
	for options := args[min(2, len(args)):]; len(options) > 0; options = options[2:] {
		switch option := upper(options[0]); {
		case option == "AUTH":
			return commandError("HELLO with AUTH is not supported: this server has no users")
		case option != "SETNAME" || len(options) < 2: // a name is accepted, and used for nothing
			return errSyntax
		}
	}
	c.out = redcon.AppendArray(c.out, 14)
	c.out = appendPair(c.out, "server", serverName)
	c.out = appendPair(c.out, "version", redisVersion)
	c.out = redcon.AppendInt(redcon.AppendBulkString(c.out, "proto"), 2)
	c.out = redcon.AppendInt(redcon.AppendBulkString(c.out, "id"), c.id)
	c.out = appendPair(c.out, "mode", "standalone")
	c.out = appendPair(c.out, "role", "master")
	c.out = redcon.AppendArray(redcon.AppendBulkString(c.out, "modules"), 0)
	return nil
}

func appendPair(out []byte, key, value string) []byte {
	return redcon.AppendBulkString(redcon.AppendBulkString(out, key), value)
}
