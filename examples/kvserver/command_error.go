package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/otelkv/otelkv/kvdb"
)

// A commandError is a mistake of the client. Its text follows ERR in the reply.
type commandError string

func (e commandError) Error() string { return string(e) }

// A codedError is a mistake whose text has a code of its own in place of ERR.
type codedError string

func (e codedError) Error() string { return string(e) }

const errSyntax = commandError("syntax error")

// maxQuoted is how much of what a client sent an error says again.
const maxQuoted = 128

// errUnknown is the error of Redis, whose clients look for its words.
func errUnknown(args [][]byte) error {
	var b strings.Builder
	fmt.Fprintf(&b, "unknown command '%s', with args beginning with: ", printable(args[0], maxQuoted))
	before := b.Len()
	for _, arg := range args[1:] {
		room := maxQuoted - (b.Len() - before)
		if room <= 0 {
			break
		}
		fmt.Fprintf(&b, "'%s' ", printable(arg, room))
	}
	return commandError(b.String())
}

func errUnknownSub(container *command, name []byte) error {
	return commandError(fmt.Sprintf("unknown subcommand '%s'. Try %s HELP.",
		printable(name, maxQuoted), strings.ToUpper(container.name)))
}

func errArity(cmd *command) error {
	return commandError(fmt.Sprintf("wrong number of arguments for '%s' command", cmd.name))
}

// printable returns the beginning of a text that a client sent, without what
// could break a line or a terminal. As in Redis the text ends at a zero byte, and
// an end of line is a space.
func printable(b []byte, longest int) string {
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	cut := b[:min(len(b), longest)]
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\n':
			return ' '
		case !unicode.IsPrint(r), r == unicode.ReplacementChar:
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
