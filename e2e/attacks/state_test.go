package attacks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
)

// queues has commands wait for EXEC, of which some do not come.
func queues(s *siege) {
	s.clients(100, func(i int, c *conn) error {
		if _, err := c.do("MULTI"); err != nil {
			return err
		}
		const sets = 12
		whole := true
		for n := range sets {
			if err := c.set(fmt.Sprint("queued", i%4, n), s.medium()/2); err != nil {
				return err
			}
			r, err := c.reply()
			switch {
			case err != nil:
				return err
			case r.refused():
				whole = false
			case r.text != "QUEUED":
				return fmt.Errorf("SET in MULTI: %v", r)
			}
		}
		if i%3 == 0 { // hold what there is
			return nil
		}
		r, err := c.do("EXEC")
		switch {
		case err != nil:
			return err
		case whole && len(r.elements) == sets:
			s.counts.add("BATCH put", "ok", 1)
			s.served.Add(1)
			s.stored.Add(int64(sets * s.medium() / 2))
		case r.failed() && strings.HasPrefix(r.text, "EXECABORT") && (!whole || strings.Contains(r.text, "not enough memory")):
		default:
			return fmt.Errorf("EXEC of what was refused %t: %v", !whole, r)
		}
		return nil
	})
}

// getsInTransactions reads large values in transactions, whose replies wait for one
// another, with a write or without.
func getsInTransactions(s *siege) {
	const gets = 8
	s.clients(10, func(i int, c *conn) error {
		for round := range 3 {
			in := command("MULTI") + strings.Repeat(command("GET", largeKey(i+round)), gets)
			more := 1
			if i%2 == 0 {
				in += command("SET", "beside", "v")
				more++
			}
			if err := c.send(in + command("EXEC")); err != nil {
				return err
			}
			var r reply
			for range gets + more + 1 {
				var err error
				if r, err = c.reply(); err != nil {
					return err
				}
			}
			switch {
			case r.refused():
				s.counts.maybe("get", gets)
				s.counts.maybe("put", 1)
				continue
			case len(r.elements) != gets+more-1:
				return fmt.Errorf("EXEC: %v", r)
			}
			for _, element := range r.elements[:gets] {
				if !element.found() && !element.refused() {
					return fmt.Errorf("GET in EXEC: %v", element)
				}
				if s.counts.get(element); element.found() {
					s.served.Add(1)
				}
			}
			if more > 1 {
				s.counts.add("put", "ok", 1)
			}
		}
		return nil
	})
}

// watches watches many keys.
func watches(s *siege) {
	s.clients(100, func(i int, c *conn) error {
		for n := range 4 {
			args := []string{"WATCH"}
			for k := range 2000 {
				args = append(args, fmt.Sprintf("%d-%d-%0100d", i, n, k))
			}
			if kvserver.Expires(s.engine) { // it is asked when
				s.counts.maybe("get", len(args)-1)
			}
			if r, err := c.do(args...); err != nil || r.text != "OK" && !r.refused() {
				return fmt.Errorf("WATCH: %v, %w", r, err)
			} else if r.text == "OK" {
				s.served.Add(1)
			}
		}
		return nil
	})
}

// tracking has clients told of keys that they have read, and of all keys, and they do not
// read what they are told.
func tracking(s *siege) {
	track := func(c *conn, options ...string) error {
		if r, err := c.do("HELLO", "3"); err != nil || r.kind != '%' {
			return fmt.Errorf("HELLO: %v, %w", r, err)
		}
		r, err := c.do(append([]string{"CLIENT", "TRACKING", "ON"}, options...)...)
		if err != nil || r.text != "OK" && !r.refused() {
			return fmt.Errorf("CLIENT TRACKING: %v, %w", r, err)
		}
		return nil
	}
	const commands, keys = 20, 500
	s.clients(50, func(i int, c *conn) error {
		if err := track(c); err != nil {
			return err
		}
		for n := range commands {
			args := []string{"MGET"}
			for k := range keys {
				args = append(args, fmt.Sprintf("%02d-%02d-%040d", i, n, k))
			}
			r, err := c.do(args...)
			if err != nil || len(r.elements) != keys && !r.refused() {
				return fmt.Errorf("MGET: %v, %w", r, err)
			} else if !r.refused() {
				s.served.Add(1)
			}
			s.counts.maybe("get", keys) // one by one, or of when each expires
			s.counts.maybe("BATCH get", keys)
		}
		return nil
	})
	s.clients(1, func(_ int, c *conn) error {
		n, err := c.info("stats", "tracking_total_keys")
		if err == nil && (n < 10_000 || n > s.budget/4/250) {
			err = fmt.Errorf("%d keys are tracked", n)
		}
		return err
	})
	s.asked.Store(kvserver.Expires(s.engine)) // when each key expires of which somebody is told
	s.clients(50, func(i int, c *conn) error {
		if i == 0 {
			return track(c, "BCAST")
		}
		return track(c, "BCAST", "PREFIX", strconv.Itoa(i), "PREFIX", "key")
	})
	s.clients(4, func(i int, c *conn) error {
		for n := range 20 {
			var in strings.Builder
			for k := range 200 {
				in.WriteString(command("SET", fmt.Sprintf("key-%d-%d-%040d", i, n, k), "v"))
			}
			if err := c.send(in.String()); err != nil {
				return err
			}
			for range 200 {
				r, err := c.reply()
				if err := s.written(r, err, 1); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// scans begins many scans, with patterns that take long, and leaves them. Some ask for
// all keys, and do not read them.
func scans(s *siege) {
	const keys, length = 1000, 2000
	s.clients(1, func(_ int, c *conn) error {
		for i := range keys {
			if err := c.set(fmt.Sprintf("%0*d", length, i), 1); err != nil {
				return err
			}
			r, err := c.reply()
			if err := s.written(r, err, 1); err != nil {
				return err
			}
		}
		return nil
	})
	hard := strings.Repeat("*0", 2000) + "x"
	s.clients(8, func(i int, c *conn) error {
		for range 300 {
			r, err := c.do("SCAN", "0", "COUNT", "1")
			if err != nil || len(r.elements) != 2 {
				return fmt.Errorf("SCAN: %v, %w", r, err)
			}
			s.counts.add("scan", "ok", 1)
		}
		if r, err := c.do("SCAN", "0", "MATCH", strings.Repeat("*a", 1<<20)); err != nil || !r.failed() {
			return fmt.Errorf("SCAN with a huge pattern: %v, %w", r, err)
		}
		r, err := c.do("SCAN", "0", "MATCH", hard, "COUNT", "10000")
		if err != nil || len(r.elements) != 2 {
			return fmt.Errorf("SCAN with a hard pattern: %v, %w", r, err)
		}
		s.counts.add("scan", "ok", 1)
		return nil
	})
	s.clients(50, func(_ int, c *conn) error {
		sent, err := c.press(slices.Repeat([]string{command("KEYS", "*")}, 20)...)
		s.counts.maybe("scan", 10*sent) // of one KEYS there are as many as it takes pages
		return err
	})
}

// otherKeys are in a database of their own, which somebody who behaves does not use.
const otherKeys = 6

// inOther makes the other database that of the connection.
func (c *conn) inOther() error {
	r, err := c.do("SELECT", "1")
	if err == nil && r.text != "OK" {
		err = fmt.Errorf("SELECT: %v", r)
	}
	return err
}

// fillOther has all keys of the other database be large.
func fillOther(s *siege) {
	s.clients(1, func(_ int, c *conn) error {
		if err := c.inOther(); err != nil {
			return err
		}
		for i := range otherKeys {
			if err := c.set(key(i), s.large()); err != nil {
				return err
			}
			if r, err := c.reply(); err != nil || r.text != "OK" {
				return fmt.Errorf("SET number %d: %v, %w", i, r, err)
			}
		}
		return nil
	})
}

// scansOverLarge has the keys of values listed, counted and deleted that are half as large
// as all of the memory.
func scansOverLarge(s *siege) {
	s.clients(12, func(_ int, c *conn) error {
		if err := c.inOther(); err != nil {
			return err
		}
		for range 10 {
			for _, ask := range [][]string{{"SCAN", "0", "COUNT", "100"}, {"SCAN", "0", "MATCH", "k*"}, {"KEYS", "*"}, {"DBSIZE"}} {
				r, err := c.do(ask...)
				n := len(r.elements)
				switch {
				case err != nil:
					return err
				case ask[0] == "SCAN" && n == 2:
					n = len(r.elements[1].elements)
				case ask[0] == "DBSIZE":
					n, _ = strconv.Atoi(r.text)
				}
				if n != otherKeys {
					return fmt.Errorf("%v: %v", ask, r)
				}
				s.counts.add("scan", "ok", 1)
			}
		}
		return nil
	})
	s.clients(1, func(_ int, c *conn) error {
		if err := c.inOther(); err != nil {
			return err
		}
		if r, err := c.do("FLUSHDB"); err != nil || r.text != "OK" {
			return fmt.Errorf("FLUSHDB: %v, %w", r, err)
		}
		s.counts.add("scan", "ok", 2) // the second finds nothing
		s.counts.add("BATCH delete", "ok", 1)
		return nil
	})
}

// names gives connections long names, and lists them.
func names(s *siege) {
	const longest = 256
	s.clients(500, func(i int, c *conn) error {
		name := fmt.Sprintf("%0*d", longest, i)
		for _, args := range [][]string{{"SETNAME", name}, {"SETINFO", "LIB-NAME", name}, {"SETINFO", "LIB-VER", name}} {
			if r, err := c.do(append([]string{"CLIENT"}, args...)...); err != nil || r.text != "OK" {
				return fmt.Errorf("CLIENT %s: %v, %w", args[0], r, err)
			}
		}
		if i%10 > 0 {
			return nil
		}
		if r, err := c.do("CLIENT", "SETNAME", name+"x"); err != nil || !r.failed() {
			return fmt.Errorf("CLIENT SETNAME of a long one: %v, %w", r, err)
		}
		if i%50 == 0 {
			if err := c.with(s.large(), []string{"CLIENT", "SETNAME"}); err != nil {
				return err
			}
			if r, err := c.reply(); err != nil || !r.failed() {
				return fmt.Errorf("CLIENT SETNAME of a huge one: %v, %w", r, err)
			}
		}
		_, err := c.press(slices.Repeat([]string{command("CLIENT", "LIST")}, 20)...)
		return err
	})
}

// descriptions asks for what the server says of itself, over and over.
func descriptions(s *siege) {
	args := slices.Repeat([]string{"get"}, 20_000)
	s.clients(40, func(i int, c *conn) error {
		words := [][]string{{"COMMAND", "INFO"}, {"COMMAND", "DOCS"}, {"COMMAND", "GETKEYS", "MGET"}}[i%3]
		_, err := c.press(command(append(words, args...)...), command("COMMAND"), command("COMMAND", "DOCS"), command("INFO"))
		return err
	})
}
