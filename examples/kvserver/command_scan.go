package main

import (
	"bytes"
	"context"
	"strconv"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/kvdb"
)

// A scan is the arguments of one SCAN.
type scan struct {
	after []byte // the last key that was visited; nil at the start
	match glob
	count int
}

// SCAN cursor [MATCH pattern] [COUNT count]. A key that is there from the first
// call to the last is delivered, and none is delivered twice.
func runScan(ctx context.Context, c *client, args [][]byte) error {
	if c.keys.scanner == nil {
		return c.keys.unsupported("SCAN")
	}
	var s scan
	if err := s.parse(args[2:]); err != nil {
		return err
	}
	var err error
	if s.after, err = c.server.cursors.find(args[1]); err != nil {
		return err
	}
	keys, n, last, err := s.visit(ctx, c.keys.scanner, c.value[:0])
	if err != nil {
		return err
	}
	cursor := int64(0)
	if last != nil {
		cursor = c.server.cursors.add(last)
	}
	reply := func() {
		c.out.Array(2)
		c.out.BulkInt(cursor)
		c.out.Array(n)
		c.out.Raw(keys)
	}
	if len(keys) > keptBuffer {
		return c.large(len(keys), reply)
	}
	c.value = keys // for the next one
	reply()
	return nil
}

// parse reads the options.
func (s *scan) parse(options [][]byte) error {
	s.count = 10
	for ; len(options) > 0; options = options[2:] {
		if len(options) < 2 {
			return errSyntax
		}
		switch upper(options[0]) {
		case "MATCH":
			s.match = glob(options[1])
		case "COUNT":
			n, err := parseInt(options[1])
			if err != nil {
				return err
			}
			if n < 1 {
				return errSyntax
			}
			s.count = int(min(n, maxScanCount))
		default:
			return errSyntax
		}
	}
	return nil
}

// visit appends the next keys that match to dst, as n bulks. Last is the key to
// go on after, nil at the end.
func (s *scan) visit(ctx context.Context, scanner kvdb.Scanner, dst []byte) (keys []byte, n int, last []byte, err error) {
	keys = dst
	visited := 0
	// One more than asked for tells whether this is the end.
	for entry, err := range scanner.Scan(ctx, s.rest()) {
		if err != nil {
			return dst, 0, nil, err
		}
		if visited == s.count || len(keys) >= maxScanReply {
			return keys, n, last, nil
		}
		visited++
		last = append(last[:0], entry.Key...)
		if s.match == nil || s.match.matches(entry.Key) {
			keys = resp.AppendBulk(keys, entry.Key)
			n++
		}
	}
	return keys, n, nil, nil
}

// rest returns what is left to visit: the keys behind the last one that can
// match, with one more than the count.
func (s *scan) rest() kvdb.Range {
	prefix := s.match.prefix()
	r := kvdb.Range{Start: prefix, End: successor(prefix), Limit: s.count + 1}
	if s.after != nil && bytes.Compare(s.after, prefix) >= 0 {
		r.Start = append(bytes.Clone(s.after), 0)
	}
	return r
}

// successor returns the first key behind all that begin with prefix, nil when
// there is none.
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

// parseCursor reads the number that a client sends back.
func parseCursor(digits []byte) (int64, error) {
	const longest = 20
	if len(digits) <= longest {
		if n, err := strconv.ParseInt(string(digits), 10, 64); err == nil && n >= 0 {
			return n, nil
		}
	}
	return 0, commandError("invalid cursor")
}
