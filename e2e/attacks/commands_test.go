package attacks

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

var attacks = []attack{
	{name: "half commands", wire: true, run: halfCommands},
	{name: "partial arguments", wire: true, run: partialArguments},
	{name: "many arguments", run: manyArguments, least: 1},
	{name: "lines of many words", run: longLines, least: 2},
	{name: "announced bulks", wire: true, run: announcedBulks},
	{name: "huge bulks", wire: true, run: hugeBulks},
	{name: "slow writers", run: slowWriters, least: 6},

	{name: "large writes in a row", run: writesInARow},
	{name: "large writes at once", run: writesAtOnce, least: 4},
	{name: "many pairs", run: manyPairs, least: 3},
	{name: "conditions on large values", prepare: fillLarge, run: conditions, least: 16},
	{name: "unread values", prepare: fillBoth, run: unreadValues},
	{name: "slow readers", prepare: fillBoth, run: slowReaders, least: 16},
	{name: "MGET of large values", prepare: fillBoth, run: manyGets},
	{name: "values after a restart", prepare: fillLarge, restart: true, run: unreadValues},
	{name: "EXEC after a restart", prepare: fillLarge, restart: true, run: getsInTransactions, least: 1},
	{name: "exchanges of large values", prepare: fillLarge, run: exchanges, least: 2},
	{name: "echoes", wire: true, run: echoes},

	{name: "queues of transactions", run: queues},
	{name: "GET in transactions", prepare: fillLarge, run: getsInTransactions, least: 1},
	{name: "watches", run: watches, least: 6},
	{name: "tracking", run: tracking, least: 3333},
	{name: "scans", run: scans, least: 333, keeps: 8 << 20}, // places belong to nobody, and have a bound
	{name: "scans over large values", prepare: fillOther, restart: true, scarce: true, run: scansOverLarge},
	{name: "names", wire: true, run: names},
	{name: "descriptions", wire: true, run: descriptions},

	{name: "nonsense", wire: true, run: nonsense},
	{name: "churn", run: churn, least: 200},
}

var halfCommand = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1048576\r\n" + noise[:16<<10]

// halfCommands sends commands that do not end.
func halfCommands(s *siege) {
	s.strangers(s.budget>>15, func(_ int, c *conn) error { return c.send(halfCommand) })
}

// partialArguments sends more and more short arguments.
func partialArguments(s *siege) {
	s.strangers(100, func(_ int, c *conn) error {
		return c.send("*100000\r\n" + strings.Repeat("$1\r\na\r\n", 60_000))
	})
}

// manyArguments sends commands of as many arguments as there may be, and more.
func manyArguments(s *siege) {
	del := func(c *conn, different int, args int) error {
		var b strings.Builder
		fmt.Fprintf(&b, "*%d\r\n$3\r\nDEL\r\n", args+1)
		for i := range args {
			fmt.Fprintf(&b, "$9\r\n%s\r\n", key(i%different))
		}
		if err := c.send(b.String()); err != nil {
			return err
		}
		r, err := c.reply()
		switch {
		case err != nil || r.refused():
			return err
		case args >= 1<<20 && r.failed() && strings.Contains(r.text, "more than 1048576 arguments"):
			return nil
		case r.text != "0":
			return fmt.Errorf("DEL of %d keys: %v", args, r)
		}
		s.counts.add("get", "miss", different)
		s.served.Add(1)
		return nil
	}
	s.clients(8, func(i int, c *conn) error {
		for _, args := range []int{1<<20 - 1, 1 << 20, 30_000} {
			if err := del(c, 30_000>>(i%4), args); err != nil {
				return err
			}
		}
		r, err := c.do("GET", "nothing")
		if s.counts.get(r); err != nil || !r.null() {
			return fmt.Errorf("GET of nothing afterwards: %v, %w", r, err)
		}
		return nil
	})
}

// longLines sends commands that are lines of many words, some without an end.
func longLines(s *siege) {
	words := strings.Repeat(" a", 30_000)
	s.clients(200, func(i int, c *conn) error {
		if i%2 == 0 {
			return c.send("DEL" + words)
		}
		if err := c.send("DEL" + words + "\r\n"); err != nil {
			return err
		}
		r, err := c.reply()
		if err == nil && r.text == "0" {
			s.counts.add("get", "miss", 1)
			s.served.Add(1)
		} else if err == nil && !r.refused() {
			err = fmt.Errorf("DEL: %v", r)
		}
		return err
	})
}

// announcedBulks says that much is to come.
func announcedBulks(s *siege) {
	s.strangers(1000, func(_ int, c *conn) error {
		return c.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$400000000\r\n" + noise[:100])
	})
}

// hugeBulks sends values that do not fit, and goes on with the same connection.
func hugeBulks(s *siege) {
	s.clients(4, func(_ int, c *conn) error {
		if err := c.set("huge", 2*s.budget); err != nil {
			return err
		}
		if r, err := c.reply(); err != nil || !r.refused() {
			return fmt.Errorf("SET of %d bytes: %v, %w", 2*s.budget, r, err)
		}
		r, err := c.do("GET", "huge")
		if s.counts.get(r); err != nil || !r.null() {
			return fmt.Errorf("GET of what was refused: %v, %w", r, err)
		}
		return nil
	})
}

// slowWriters send their values in small pieces.
func slowWriters(s *siege) {
	const pieces = 50
	s.clients(150, func(i int, c *conn) error {
		piece := s.medium() / 4 / pieces
		if err := c.send(fmt.Sprintf("*3\r\n$3\r\nSET\r\n$9\r\n%s\r\n$%d\r\n", key(i), pieces*piece)); err != nil {
			return err
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for range pieces {
			if err := c.send(noise[:piece]); err != nil {
				return err
			}
			<-tick.C
		}
		if err := c.send("\r\n"); err != nil {
			return err
		}
		r, err := c.reply()
		return s.written(r, err, 1)
	})
}

// written counts a write that is done, and takes it if there was no memory.
func (s *siege) written(r reply, err error, n int) error {
	switch {
	case err != nil:
		return err
	case r.text == "OK":
		s.counts.add("put", "ok", n)
		s.served.Add(1)
	case !r.refused():
		return fmt.Errorf("SET: %v", r)
	}
	return nil
}

// inMap is what a value takes besides its bytes where it is kept in memory.
const inMap = 200

// manyPairs writes many keys at once.
func manyPairs(s *siege) {
	s.clients(10, func(i int, c *conn) error {
		for _, size := range []int{1, 100, s.medium()} {
			args, value := []string{"MSET"}, strings.Repeat("v", size)
			pairs := min(10_000, s.budget/2/(size+50))
			for k := range pairs {
				args = append(args, strconv.Itoa(i)+key(k), value)
			}
			s.stored.Add(int64(pairs * (size + inMap)))
			r, err := c.do(args...)
			switch {
			case err != nil:
				return err
			case r.text == "OK":
				s.counts.add("BATCH put", "ok", 1)
				s.served.Add(1)
			case !r.refused():
				return fmt.Errorf("MSET: %v", r)
			}
		}
		return nil
	})
}
