package main

import (
	"context"
	"strings"
)

// CLIENT HELP, and of each other command that has subcommands.
func runHelp(_ context.Context, c *client, args [][]byte) error {
	container := find(args[0])
	c.out.Array(1 + 2*len(container.sub))
	c.out.Simple(strings.ToUpper(container.name) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
	for _, sub := range container.sub {
		c.out.Simple(sub.syntax)
		c.out.Simple("    " + sub.summary)
	}
	return nil
}
