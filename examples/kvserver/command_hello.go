package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// HELLO [version [AUTH user password] [SETNAME name]]. All is as before if any of
// it is wrong.
func runHello(_ context.Context, c *client, args [][]byte) error {
	version := c.out.Version()
	if len(args) > 1 {
		n, err := parseInt(args[1])
		if err != nil {
			return commandError("Protocol version is not an integer or out of range")
		}
		if n != resp.Version2 && n != resp.Version3 {
			return codedError("NOPROTO unsupported protocol version")
		}
		version = int(n)
		if version == resp.Version2 && c.tracks.Tracking() {
			return errLosesInvalidations
		}
	}
	var user, name []byte
	for options := args[min(2, len(args)):]; len(options) > 0; {
		switch option := upper(options[0]); {
		case option == "AUTH" && len(options) > 2:
			user, options = options[1], options[3:]
		case option == "SETNAME" && len(options) > 1:
			name, options = options[1], options[2:]
			if err := checkName("Client names", name); err != nil {
				return err
			}
		default:
			return commandError(fmt.Sprintf("Syntax error in HELLO option '%s'", printable(options[0], maxQuoted)))
		}
	}
	if user != nil {
		if err := authenticate(user); err != nil {
			return err
		}
	}
	if name != nil {
		c.card.name.set(name)
	}
	c.setVersion(version)
	c.greet()
	return nil
}

func (c *client) setVersion(version int) {
	c.out.SetVersion(version)
	c.card.setVersion(version)
}

func (c *client) greet() {
	c.out.Map(7)
	c.out.BulkString("server")
	c.out.BulkString(serverName)
	c.out.BulkString("version")
	c.out.BulkString(redisVersion)
	c.out.BulkString("proto")
	c.out.Int(int64(c.out.Version()))
	c.out.BulkString("id")
	c.out.Int(c.id)
	c.out.BulkString("mode")
	c.out.BulkString("standalone")
	c.out.BulkString("role")
	c.out.BulkString("master")
	c.out.BulkString("modules")
	c.out.Array(0)
}

// AUTH [user] password.
func runAuth(_ context.Context, c *client, args [][]byte) error {
	switch len(args) {
	case 2:
		return commandError("AUTH <password> called without any password configured for the default user. " +
			"Are you sure your configuration is correct?")
	case 3:
		if err := authenticate(args[1]); err != nil {
			return err
		}
		c.out.Simple("OK")
		return nil
	}
	return errSyntax
}

// authenticate lets anybody be the default user, who has no password. In Redis,
// too, one without takes any, and clients that are configured with one connect.
func authenticate(user []byte) error {
	if !bytes.Equal(user, []byte("default")) {
		return codedError("WRONGPASS invalid username-password pair or user is disabled.")
	}
	return nil
}
