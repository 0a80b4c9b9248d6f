package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A command is a row of the table.
type command struct {
	name  string // in lower case
	arity int    // arguments with the name; when negative, at least as many
	keys  keyArgs
	write bool

	// run writes the reply to c.out, or returns an error, which becomes the
	// reply.
	run func(ctx context.Context, c *client, args [][]byte) error
}

// keyArgs tell clients which arguments are keys: from first to last, counted
// from the end when negative, in steps.
type keyArgs struct{ first, last, step int }

var (
	oneKey  = keyArgs{1, 1, 1}
	allKeys = keyArgs{1, -1, 1}
	allOdd  = keyArgs{1, -1, 2}
)

// table is every command there is.
func table() []command {
	return []command{
		{name: "get", arity: 2, keys: oneKey, run: runGet},
		{name: "set", arity: -3, keys: oneKey, write: true, run: runSet},
		{name: "del", arity: -2, keys: allKeys, write: true, run: runDel},
		{name: "exists", arity: -2, keys: allKeys, run: runExists},
		{name: "mget", arity: -2, keys: allKeys, run: runMGet},
		{name: "mset", arity: -3, keys: allOdd, write: true, run: runMSet},
		{name: "scan", arity: -2, run: runScan},
		{name: "dbsize", arity: 1, run: runDBSize},
		{name: "ping", arity: -1, run: runPing},
		{name: "echo", arity: 2, run: runEcho},
		{name: "select", arity: 2, run: runSelect},
		{name: "info", arity: -1, run: runInfo},
		{name: "config", arity: -2, run: runConfig},
		{name: "command", arity: -1, run: runCommand},
		{name: "hello", arity: -1, run: runHello},
		{name: "auth", arity: -2, run: runAuth},
		{name: "quit", arity: -1, run: runQuit},
	}
}

var commands = make(map[string]*command)

func init() { // in a function, since COMMAND is in the table and looks at it
	for _, cmd := range table() {
		commands[cmd.name] = &cmd
	}
}

// maxName is longer than every name.
const maxName = 16

// find returns the command of a name in upper or lower case, nil when there is
// none.
func find(name []byte) *command {
	var lower [maxName]byte
	if len(name) > len(lower) {
		return nil
	}
	for i, b := range name {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower[i] = b
	}
	return commands[string(lower[:len(name)])]
}

// A commandError is a mistake of the client. Its text follows ERR in the reply.
type commandError string

func (e commandError) Error() string { return string(e) }

// A codedError is a mistake whose text has a code of its own in place of ERR.
type codedError string

func (e codedError) Error() string { return string(e) }

const errSyntax = commandError("syntax error")

// run runs a command and appends its reply, whatever happens.
func (c *client) run(ctx context.Context, args [][]byte) {
	c.commands++
	cmd := find(args[0])
	switch {
	case cmd == nil:
		c.unknown(args[0])
		return
	case len(args) < max(cmd.arity, -cmd.arity) || cmd.arity > 0 && len(args) > cmd.arity:
		c.fail(fmt.Sprintf("wrong number of arguments for '%s' command", cmd.name))
		return
	}
	before, flushes := c.out.Len(), c.flushes
	err := c.server.traces.run(ctx, c, cmd, args)
	switch {
	case err == nil, c.broken != nil:
	case flushes == c.flushes:
		c.out.Truncate(before)
		c.refuse(err)
	default: // the client has read the beginning of a reply that has no end
		c.server.log.warn(catalog.ReplyCutOff, c.conn.RemoteAddr(), zap.Error(err))
		c.out.Reset(0)
		c.leaving = true
	}
}

// unknown refuses a command. A web browser is made to leave at once: a page can
// let it send a request here, whose body would then be commands.
func (c *client) unknown(name []byte) {
	if bytes.EqualFold(name, []byte("post")) || bytes.EqualFold(name, []byte("host:")) {
		c.server.log.warn(catalog.ClientSpeaksHTTP, c.conn.RemoteAddr())
		c.leaving = true
	}
	c.fail(fmt.Sprintf("unknown command '%s'", printable(name)))
}

// printable returns the beginning of a text that a client sent, without what
// could break a line or a terminal.
func printable(b []byte) string {
	const longest = 64
	cut := b[:min(len(b), longest)]
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, string(cut))
}

// refuse replies with an error.
func (c *client) refuse(err error) {
	var coded codedError
	if errors.As(err, &coded) {
		c.out.Error(string(coded))
		return
	}
	c.fail(explain(err))
}

// explain returns an error for the client: its own mistakes in full, of others
// the kind. The log has the rest.
func explain(err error) string {
	var mistake commandError
	var failure *kvdb.Error
	switch {
	case errors.As(err, &mistake):
		return string(mistake)
	case !errors.As(err, &failure):
		return "the command failed"
	case errors.Is(failure.Kind, kvdb.ErrInvalidArgument), errors.Is(failure.Kind, kvdb.ErrTooLarge):
		return failure.Error()
	}
	return (&kvdb.Error{Op: failure.Op, Kind: failure.Kind}).Error()
}
