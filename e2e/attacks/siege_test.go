package attacks

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
)

// A siege is a server with those who attack it, and somebody who behaves.
type siege struct {
	*kvserver.Server
	t      *testing.T
	engine string
	budget int          // -memory
	stored atomic.Int64 // bytes of large values that the attack leaves in the store, at most
	served atomic.Int64 // commands of the attack that were done and not refused
	asked  atomic.Bool  // each read of anybody may be two gets
	counts *counts
	good   *conn

	mu    sync.Mutex
	conns []*conn
	over  bool
}

// large is the size of a value that takes much of the memory while it is written, as 16 MiB
// do by default; medium that of one that many can have.
func (s *siege) large() int  { return s.budget / 8 }
func (s *siege) medium() int { return s.budget / 64 }

// strangers opens connections, and has each do something, all at once. Those that the
// server ends, or does not take, have been unlucky. The connections stay open.
func (s *siege) strangers(n int, do func(i int, c *conn) error) {
	s.each(n, do, func(error) {})
}

// clients is for those who have to be served.
func (s *siege) clients(n int, do func(i int, c *conn) error) {
	s.t.Helper()
	s.each(n, do, func(err error) {
		s.t.Helper()
		s.t.Error(err)
	})
}

func (s *siege) each(n int, do func(i int, c *conn) error, failed func(error)) {
	s.t.Helper()
	var all sync.WaitGroup
	for i := range n {
		c, err := dial(s.Address)
		if err != nil {
			failed(err)
			break
		}
		if !s.keep(c) {
			break
		}
		all.Go(func() {
			if err := do(i, c); err != nil {
				failed(fmt.Errorf("connection %d: %w", i, err))
			}
		})
	}
	all.Wait()
}

// keep keeps a connection open until the end, and reports false after it.
func (s *siege) keep(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		_ = c.Close()
		return false
	}
	s.conns = append(s.conns, c)
	return true
}

// end closes what strangers and clients have opened.
func (s *siege) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.conns = nil
}

// fill sets keys to values of a size, by a client that waits.
func (s *siege) fill(keys, size int) {
	s.t.Helper()
	c, err := dial(s.Address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for i := range keys {
		if err := c.set(key(i), size); err != nil {
			s.t.Fatal(err)
		}
		if r, err := c.reply(); err != nil || r.text != "OK" {
			s.t.Fatalf("SET of %d bytes: %v, %v", size, r, err)
		}
		s.counts.add("put", "ok", 1)
	}
}

func key(i int) string { return fmt.Sprintf("key:%05d", i) }

// patience is how long somebody who behaves may wait for an answer.
const patience = 20 * time.Second

// aftermath is how many times more a small key is set and got when everything has been
// sent that the server takes.
const aftermath = 30

// witness sets and gets a small key until done is closed, and some times more, and returns
// how long an answer took at worst.
func (s *siege) witness(done <-chan struct{}) (worst time.Duration) {
	s.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for more := aftermath; more > 0; {
		worst = max(worst, s.small("SET", "small", "v"), s.small("GET", "small"))
		<-tick.C
		select {
		case <-done:
			more--
		default:
		}
	}
	return worst
}

// small sends the command of somebody who behaves, and returns how long the answer took.
func (s *siege) small(args ...string) time.Duration {
	s.t.Helper()
	began := time.Now()
	r, err := s.good.do(args...)
	switch {
	case err != nil:
		s.t.Fatalf("%v: %v", args, err)
	case r.text == "OK":
		s.counts.add("put", "ok", 1)
	case r.found():
		s.got()
	default:
		s.t.Fatalf("%v: %v", args, r)
	}
	return time.Since(began)
}

// got counts a get of somebody who behaves.
func (s *siege) got() {
	s.counts.add("get", "ok", 1)
	if s.asked.Load() {
		s.counts.maybe("get", 1)
	}
}

// info returns a number of INFO, as the one who behaves.
func (s *siege) info(section, name string) int {
	s.t.Helper()
	n, err := s.good.info(section, name)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}
