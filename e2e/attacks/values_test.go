package attacks

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Keys of prepared values.
const (
	fewKeys  = 2
	someKeys = 8
)

// fillLarge has the first keys be large.
func fillLarge(s *siege) {
	s.fill(fewKeys, s.large())
	s.stored.Add(int64(fewKeys * s.large()))
}

// fillBoth adds some of medium size.
func fillBoth(s *siege) {
	s.fill(fewKeys+someKeys, s.medium())
	s.fill(fewKeys, s.large())
	s.stored.Add(int64(fewKeys*s.large() + someKeys*s.medium()))
}

func largeKey(i int) string  { return key(i % fewKeys) }
func mediumKey(i int) string { return key(fewKeys + i%someKeys) }

// writesInARow writes large values as fast as one client can, and reads them.
func writesInARow(s *siege) {
	s.stored.Add(int64(fewKeys * s.large()))
	s.clients(1, func(_ int, c *conn) error {
		for i := range 12 {
			if err := c.set(largeKey(i), s.large()); err != nil {
				return err
			}
			if r, err := c.reply(); err != nil || r.text != "OK" {
				return fmt.Errorf("SET number %d: %v, %w", i, r, err)
			}
			s.counts.add("put", "ok", 1)
		}
		for i := range fewKeys {
			r, err := c.do("GET", largeKey(i))
			if s.counts.get(r); err != nil || r.size != s.large() {
				return fmt.Errorf("GET number %d: %v, %w", i, r, err)
			}
		}
		return nil
	})
}

// writesAtOnce writes large values from many clients. Some of them have to get theirs done.
func writesAtOnce(s *siege) {
	s.stored.Add(int64(fewKeys * s.large()))
	s.clients(12, func(i int, c *conn) error {
		for range 4 {
			if err := c.set(largeKey(i), s.large()); err != nil {
				return err
			}
			r, err := c.reply()
			if err := s.written(r, err, 1); err != nil {
				return err
			}
		}
		return nil
	})
}

// conditions asks whether there are large values, which some engines read for it.
func conditions(s *siege) {
	s.clients(20, func(i int, c *conn) error {
		for range 5 {
			r, err := c.do("EXISTS", largeKey(i), largeKey(i+1), "nothing")
			switch {
			case err != nil:
				return err
			case r.text == "2":
				s.served.Add(1)
				s.counts.add("get", "ok", 2)
				s.counts.add("get", "miss", 1)
			case r.refused():
				s.counts.maybe("get", 3)
			default:
				return fmt.Errorf("EXISTS: %v", r)
			}
			r, err = c.do("SET", largeKey(i), "v", "NX")
			switch {
			case err != nil:
				return err
			case r.null(), r.refused(): // as the engine can: by a get, or a swap
				s.counts.maybe("get", 1)
				s.counts.maybe("compare_and_swap", 1)
			default:
				return fmt.Errorf("SET NX: %v", r)
			}
		}
		return nil
	})
}

// unreadValues asks for values in pipelines, and reads nothing.
func unreadValues(s *siege) {
	s.clients(150, func(i int, c *conn) error {
		sent, err := c.press(slices.Repeat([]string{command("GET", largeKey(i))}, 100)...)
		s.counts.maybe("get", sent)
		return err
	})
	s.clients(150, func(i int, c *conn) error {
		sent, err := c.press(slices.Repeat([]string{command("GET", mediumKey(i))}, 100)...)
		s.counts.maybe("get", sent)
		return err
	})
}

// slowReaders read what they have asked for in small pieces, and at last all of it.
func slowReaders(s *siege) {
	const gets = 6
	s.clients(100, func(i int, c *conn) error {
		key := mediumKey(i)
		if i%4 == 0 {
			key = largeKey(i)
		}
		if err := c.send(strings.Repeat(command("GET", key), gets)); err != nil {
			return err
		}
		slow := newSlowly(c.Conn, 40)
		defer slow.stop()
		c.in.Reset(slow)
		for range gets {
			r, err := c.reply()
			if s.counts.get(r); err != nil || !r.found() && !r.refused() {
				return fmt.Errorf("GET %s: %v, %w", key, r, err)
			} else if r.found() {
				s.served.Add(1)
			}
		}
		return nil
	})
}

// A slowly reads a little at a time for some times, and then as much as there is.
type slowly struct {
	from  io.Reader
	tick  *time.Ticker
	times int
}

func newSlowly(from io.Reader, times int) *slowly {
	return &slowly{from, time.NewTicker(20 * time.Millisecond), times}
}

func (s *slowly) stop() { s.tick.Stop() }

// Read implements io.Reader.
func (s *slowly) Read(b []byte) (int, error) {
	if s.times > 0 {
		s.times--
		<-s.tick.C
		b = b[:min(len(b), 1<<10)]
	}
	return s.from.Read(b)
}

// manyGets asks for large values in one command; some read the replies.
func manyGets(s *siege) {
	const keys, tries = 60, 50
	args := []string{"MGET"}
	for i := range keys {
		args = append(args, largeKey(i))
		if i%10 > 0 {
			args[i+1] = mediumKey(i)
		}
	}
	s.clients(40, func(i int, c *conn) error {
		if i%2 == 0 {
			sent, err := c.press(slices.Repeat([]string{command(args...)}, 10)...)
			s.counts.maybe("get", sent*keys)
			s.counts.maybe("BATCH get", sent*keys)
			return err
		}
		for try := 0; try == 0 || try < tries && s.served.Load() < keys; try++ { // until somebody is served
			r, err := c.do(args...)
			s.counts.maybe("get", keys)
			s.counts.maybe("BATCH get", keys)
			if err != nil || !r.refused() && len(r.elements) != keys {
				return fmt.Errorf("MGET: %v, %w", r, err)
			}
			for _, element := range r.elements {
				if element.found() {
					s.served.Add(1)
				}
			}
		}
		return nil
	})
}

// exchanges writes large values, and asks for those before.
func exchanges(s *siege) {
	s.clients(8, func(i int, c *conn) error {
		for range 4 {
			if err := c.set(largeKey(i), s.large(), "GET"); err != nil {
				return err
			}
			r, err := c.reply()
			switch {
			case err != nil:
				return err
			case r.found():
				s.counts.add("put", "ok", 1)
				s.served.Add(1)
			case !r.refused():
				return fmt.Errorf("SET with GET: %v", r)
			}
			s.counts.get(r)
			if r, err = c.do("SET", largeKey(i), "v", "NX", "GET"); err != nil || !r.found() && !r.refused() {
				return fmt.Errorf("SET with NX and GET: %v, %w", r, err)
			}
			s.counts.get(r)
		}
		return nil
	})
}

// echoes asks for what it sends, and does not read it.
func echoes(s *siege) {
	s.clients(40, func(i int, c *conn) error {
		size := s.large()
		if i%2 == 0 {
			size = s.medium()
		}
		all := command("ECHO", strings.Repeat(noise, 1+size/len(noise))[:size])
		_, err := c.press(slices.Repeat([]string{all}, 8)...)
		return err
	})
	s.clients(4, func(_ int, c *conn) error {
		if err := c.with(s.large(), []string{"PING"}); err != nil {
			return err
		}
		r, err := c.reply()
		if err != nil || r.size != s.large() && !r.refused() {
			return fmt.Errorf("PING: %v, %w", r, err)
		} else if !r.refused() {
			s.served.Add(1)
		}
		_, err = io.WriteString(c, "QUIT\r\n")
		return err
	})
}
