package recording

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A load asks a kvserver for one command after the other at a rate, of which each makes
// one operation. When it is not answered, or the server is gone, it comes again.
type load struct {
	address            string
	operations, errors atomic.Int64
	cancel             context.CancelFunc
	done               sync.WaitGroup
}

// clients are as many connections as the load has: what hangs holds one of them up.
const clients = 6

func startLoad(t testing.TB, address string, rate float64) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	l := &load{address: address, cancel: cancel}
	for i := range clients {
		l.done.Go(func() { l.run(ctx, i, time.Duration(clients/rate*float64(time.Second))) })
	}
	t.Cleanup(func() { l.stop() })
	return l
}

func (l *load) stop() Truth {
	l.cancel()
	l.done.Wait() //otelkv:waitok each of its calls has a deadline
	return Truth{l.operations.Load(), l.errors.Load()}
}

func (l *load) run(ctx context.Context, seed int, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var c net.Conn
	var r *bufio.Reader
	gone := func() {
		if c != nil {
			_ = c.Close()
		}
		c = nil
	}
	defer gone()
	for n := seed; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if c == nil {
			var d net.Dialer
			conn, err := d.DialContext(ctx, "tcp", l.address)
			if err != nil {
				continue
			}
			c, r = conn, bufio.NewReader(conn)
		}
		if err := l.ask(c, r, n); err != nil {
			gone()
		}
	}
}

// ask sends a command and reads its answer: of two, the first sets what the second gets.
func (l *load) ask(c net.Conn, r *bufio.Reader, n int) error {
	command := fmt.Sprintf("SET key-%d value-%d\r\n", n/2%1000, n)
	if n%2 == 1 {
		command = fmt.Sprintf("GET key-%d\r\n", n/2%1000)
	}
	if err := c.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	if _, err := c.Write([]byte(command)); err != nil {
		return err
	}
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	l.operations.Add(1)
	switch {
	case line[0] == '-':
		l.errors.Add(1)
	case line[0] == '$' && line != "$-1\r\n":
		_, err = r.ReadString('\n')
	}
	return err
}
