package attacks

import (
	"fmt"
	"strings"
	"time"
)

// ordinary is the size of a value for which a client needs no memory of those who attack.
const ordinary = 500

// A turnout tells how often newcomers have come while the attack went on, and how many of them were
// turned away since there were too many connections.
type turnout struct{ came, refused int }

// newcomers come one after the other until done is closed: each connects, says hello, and sets and
// gets a value of an ordinary size. Those that are let in have to be served.
func (s *siege) newcomers(done <-chan struct{}) (all turnout) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		in, err := s.newcomer()
		all.came++
		if !in {
			all.refused++
		}
		if err != nil {
			s.t.Errorf("newcomer number %d: %v", all.came, err)
			return all
		}
		select {
		case <-done:
			return all
		case <-tick.C:
		}
	}
}

// newcomer reports whether it was let in, and what went wrong then.
func (s *siege) newcomer() (in bool, err error) {
	c, err := dial(s.Address)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.Close() }()
	r, err := c.do("HELLO", "3", "SETNAME", "newcomer")
	switch {
	case r.failed() && strings.Contains(r.text, "max number of clients"):
		return false, nil
	case err != nil || r.kind != '%':
		return true, fmt.Errorf("HELLO: %v, %w", r, err)
	}
	if r, err = c.do("SET", "ordinary", noise[:ordinary]); err != nil || r.text != "OK" {
		return true, fmt.Errorf("SET: %v, %w", r, err)
	}
	s.counts.add("put", "ok", 1)
	if r, err = c.do("GET", "ordinary"); err != nil || r.size != ordinary {
		return true, fmt.Errorf("GET: %v, %w", r, err)
	}
	s.got()
	return true, nil
}
