package main

import "context"

// PING [message].
func runPing(_ context.Context, c *client, args [][]byte) error {
	switch len(args) {
	case 1:
		c.out.Simple("PONG")
	case 2:
		c.out.Bulk(args[1])
	default:
		return commandError("wrong number of arguments for 'ping' command")
	}
	return nil
}

// ECHO message.
func runEcho(_ context.Context, c *client, args [][]byte) error {
	c.out.Bulk(args[1])
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
	c.out.Simple("OK")
	return nil
}

// QUIT.
func runQuit(_ context.Context, c *client, _ [][]byte) error {
	c.leaving = true
	c.out.Simple("OK")
	return nil
}
