package attacks

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
)

// nonsense speaks other protocols, or none.
func nonsense(s *siege) {
	said := []string{
		"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + noise[:100_000],
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + noise[:512], strings.Repeat("(", 1<<20), strings.Repeat("\r\n", 100_000),
		"*1\r\n$9223372036854775807\r\n", "*9223372036854775807\r\n", "*1\r\n$-2\r\n", "$5\r\nhello\r\n", "*-1\r\n*0\r\n", "*3\r\n$3\r\n",
	}
	s.strangers(400, func(i int, c *conn) error {
		if i < 10*len(said) {
			return c.send(said[i%len(said)])
		}
		return c.send(babble(uint64(i)))
	})
}

// babble looks like commands here and there, of which none is one of a store.
func babble(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	words := []string{"*", "$", "\r\n", "3", "-1", "PING", "echo", "client", "command info [", " ", "\x00", "\xff", ":", "\"", "1000000000"}
	var b strings.Builder
	for range 2000 {
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}

// churn comes and goes, in the middle of a command, too, or without a word.
func churn(s *siege) {
	s.clients(8, func(worker int, _ *conn) error {
		for i := range 300 {
			c, err := dial(s.Address)
			if err != nil {
				return err
			}
			switch i % 4 {
			case 0:
				err = c.send(halfCommand)
			case 1:
				if err = c.send(halfCommand); err == nil {
					err = c.Conn.(*net.TCPConn).SetLinger(0) // reset it
				}
			case 2:
				var r reply
				r, err = c.do("SET", key(worker), "v")
				if err := s.written(r, err, 1); err != nil {
					return err
				}
				r, err = c.do("GET", key(worker))
				if s.counts.get(r); err != nil || !r.found() {
					return fmt.Errorf("GET: %v, %w", r, err)
				}
			}
			if err != nil {
				return err
			}
			if err := c.Close(); err != nil {
				return err
			}
		}
		return nil
	})
}
