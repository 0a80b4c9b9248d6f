package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"
	"time"
)

// GET key.
func runGet(ctx context.Context, c *client, args [][]byte) error {
	return c.get(ctx, args[1])
}

func (c *client) get(ctx context.Context, key []byte) error {
	before := c.out.Len()
	value, found, err := c.keys.get(ctx, key, c.rooms.reply)
	return c.answer(before, value, found, err)
}

// MSET key value [key value ...].
func runMSet(ctx context.Context, c *client, args [][]byte) error {
	pairs := args[1:]
	if len(pairs)%2 != 0 {
		return errArity(find(args[0]))
	}
	if c.keys.db.batcher == nil {
		return c.keys.unsupported("MSET")
	}
	for i := 0; i < len(pairs); i += 2 {
		if err := c.checkKey(pairs[i]); err != nil {
			return err
		}
	}
	if err := c.keys.putAll(ctx, pairs); err != nil {
		return err
	}
	c.out.Simple("OK")
	return nil
}

// SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | KEEPTTL].
func runSet(ctx context.Context, c *client, args [][]byte) error {
	w := write{key: args[1], value: args[2]}
	if err := c.checkKey(w.key); err != nil {
		return err
	}
	if err := w.parse(args[3:]); err != nil {
		return err
	}
	if w.get {
		return c.exchange(ctx, w)
	}
	done, err := c.keys.put(ctx, w, c.rooms.scratch)
	c.rooms.release()
	switch {
	case err != nil:
		return err
	case done:
		c.out.Simple("OK")
	default:
		c.out.Null()
	}
	return nil
}

// exchange replies with what was there before, or with errContended.
func (c *client) exchange(ctx context.Context, w write) error {
	before := c.out.Len()
	for range mostSwaps {
		old, found, settled, err := c.keys.exchange(ctx, w, c.rooms.reply)
		if settled {
			return c.answer(before, old, found, err)
		}
		c.out.Truncate(before)
		c.rooms.release()
	}
	return errContended
}

// checkKey refuses a key that is too long: scans keep keys in memory.
func (c *client) checkKey(key []byte) error {
	if longest := c.server.limits.key; len(key) > longest {
		return commandError(fmt.Sprintf("the key is longer than %d bytes", longest))
	}
	return nil
}

// parse reads the options of a SET, in any order. As in Redis, an option may come
// again, and what is wrong with a time is told last.
func (w *write) parse(options [][]byte) error {
	var digits []byte
	for i := 0; i < len(options); i++ {
		switch option := upper(options[i]); option {
		case "NX", "XX":
			when := ifAbsent
			if option == "XX" {
				when = ifPresent
			}
			if w.when != always && w.when != when {
				return errSyntax
			}
			w.when = when
		case "GET":
			w.get = true
		case "KEEPTTL":
			if w.ttlOption != "" {
				return errSyntax
			}
			w.keepTTL = true
		case "EX", "PX", "EXAT", "PXAT":
			i++
			if w.keepTTL || w.ttlOption != "" && w.ttlOption != option || i == len(options) {
				return errSyntax
			}
			w.ttlOption, digits = option, options[i]
		default:
			return errSyntax
		}
	}
	if w.ttlOption == "" {
		return nil
	}
	unit := time.Second
	if w.ttlOption[0] == 'P' {
		unit = time.Millisecond
	}
	var err error
	w.ttl, err = parseTTL(digits, unit)
	return err
}

// upper returns a short word in upper case, and nothing for a long one.
func upper(word []byte) string {
	var b [maxName]byte
	if len(word) > len(b) {
		return ""
	}
	for i, c := range word {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		b[i] = c
	}
	return string(b[:len(word)])
}

func parseTTL(digits []byte, unit time.Duration) (time.Duration, error) {
	n, err := parseInt(digits)
	if err != nil {
		return 0, err
	}
	if n <= 0 || n > math.MaxInt64/int64(unit) {
		return 0, commandError("invalid expire time in 'set' command")
	}
	return time.Duration(n) * unit, nil
}

// parseInt reads a number that is written as Redis writes it: not as 01, +1 or -0.
func parseInt(digits []byte) (int64, error) {
	const longest = 20 // of 64 bits; a longer one is not copied
	if len(digits) <= longest {
		if n, err := strconv.ParseInt(string(digits), 10, 64); err == nil {
			var again [longest]byte
			if bytes.Equal(strconv.AppendInt(again[:0], n, 10), digits) {
				return n, nil
			}
		}
	}
	return 0, commandError("value is not an integer or out of range")
}
