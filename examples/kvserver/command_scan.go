package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/otelkv/otelkv/examples/kvserver/internal/cursor"
	"github.com/otelkv/otelkv/examples/kvserver/internal/glob"
	"github.com/otelkv/otelkv/kvdb"
)

const (
	// maxScanCount is how many keys a SCAN visits at most, whatever its COUNT.
	// After maxScanReply bytes, or maxScanSteps of comparing with the pattern, it
	// stops: a SCAN may return fewer keys than were asked for.
	maxScanCount = 10_000
	maxScanReply = 256 << 10
	maxScanSteps = 16 << 20

	// maxPattern is the longest pattern, in bytes: a key of 64 KiB takes it a
	// fraction of a second at worst.
	maxPattern = 4 << 10
)

// scanLimits are those of the places of all scans that are under way.
var scanLimits = cursor.Limits{Scans: 1024, Bytes: 8 << 20}

// A scan is the arguments of one SCAN.
type scan struct {
	pattern  glob.Pattern // nil for every key
	count    int
	nothing  bool // TYPE names one that no key has
	matching int  // steps so far
}

// SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]. A key that is there from
// the first call to the last is delivered. None is delivered twice, but to a client
// that sends a cursor again.
func runScan(ctx context.Context, c *client, args [][]byte) error {
	if c.keys.db.scanner == nil {
		return c.keys.unsupported("SCAN")
	}
	from, err := parseCursor(args[1])
	if err != nil {
		return err
	}
	var s scan
	if err := s.parse(args[2:]); err != nil {
		return err
	}
	step := cursor.Step{From: from, Database: int(c.keys.db.index), Client: c.id}
	after, err := c.server.cursors.Find(step)
	if err != nil {
		return commandError(err.Error())
	}
	keys, last := keyBulks{budget: c.server.budget, bytes: c.value[:0]}, []byte(nil)
	defer keys.release()
	if !s.nothing {
		if last, err = s.visit(ctx, &c.keys.db, after, &keys); err != nil {
			return err
		}
	}
	next := int64(0)
	if last == nil {
		c.server.cursors.End(step)
	} else if next, err = c.server.cursors.Advance(step, last); err != nil {
		return commandError(err.Error())
	}
	defer c.reuse(keys.bytes)
	return c.keyReply(func() {
		c.out.Array(2)
		c.out.BulkInt(next)
		c.out.Array(keys.n)
	}, keys)
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
			if err := s.match(options[1]); err != nil {
				return err
			}
		case "COUNT":
			n, err := parseInt(options[1])
			if err != nil {
				return err
			}
			if n < 1 {
				return errSyntax
			}
			s.count = int(min(n, maxScanCount))
		case "TYPE":
			s.nothing = upper(options[1]) != "STRING"
		default:
			return errSyntax
		}
	}
	return nil
}

func (s *scan) match(pattern []byte) error {
	if err := checkPattern(pattern); err != nil {
		return err
	}
	if s.pattern = glob.Pattern(pattern); s.pattern.All() {
		s.pattern = nil
	}
	return nil
}

func checkPattern(pattern []byte) error {
	if len(pattern) > maxPattern {
		return commandError(fmt.Sprintf("the pattern is longer than %d bytes", maxPattern))
	}
	return nil
}

// visit adds the next keys that match to dst. Last is the stored key to go on after, nil
// at the end.
func (s *scan) visit(ctx context.Context, d *db, after []byte, dst *keyBulks) (last []byte, err error) {
	visited := 0
	// One more than asked for tells whether this is the end.
	for entry, err := range d.scan(ctx, s.pattern.Prefix(), after, s.count+1) {
		if err != nil {
			return nil, err
		}
		if visited == s.count || len(dst.bytes) >= maxScanReply || s.matching >= maxScanSteps {
			return last, nil
		}
		visited++
		if visited%checkEvery == 0 {
			if err := ended(ctx); err != nil {
				return nil, err
			}
		}
		last = append(last[:0], entry.Key...)
		if key := d.index.Key(entry.Key); s.matches(key) && !dst.add(key) {
			return nil, errBudget
		}
	}
	return nil, nil
}

func (s *scan) matches(key []byte) bool {
	if s.pattern == nil {
		return true
	}
	matched, steps := s.pattern.Match(key)
	s.matching += steps
	return matched
}

// checkEvery is after how many keys a long loop looks whether it should end.
const checkEvery = 64

// ended returns the error of a command that should not go on: its client has gone,
// or the server stops.
func ended(ctx context.Context) error { return kvdb.CheckContext(ctx, "scan") }

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
