package recording

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A load asks a kvserver for one command after the other at a rate, of which each makes
// one operation. When it is not answered, or the server is gone, it comes again.
type load struct {
	address string
	cancel  context.CancelFunc
	done    sync.WaitGroup

	mu    sync.Mutex
	calls []Call
}

// A Call is one that was answered, as its caller saw it.
type Call struct {
	Operation string // as the metrics name it
	Ended     time.Time
	Took      time.Duration // at least as long as the operation
	Failed    bool
	Sent, Got int // bytes of keys and values
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
	var truth Truth
	for _, c := range l.all() {
		truth.Operations++
		if c.Failed {
			truth.Errors++
		}
	}
	return truth
}

func (l *load) all() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

func (l *load) run(ctx context.Context, client int, every time.Duration) {
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
	for n := 0; ; n++ {
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
		if err := l.ask(c, r, client, n); err != nil {
			gone()
		}
	}
}

// ask sends a command and reads its answer: of two, the first sets what the second gets.
// No two clients wait for each other's keys.
func (l *load) ask(c net.Conn, r *bufio.Reader, client, n int) error {
	key, value := fmt.Sprintf("key-%d-%d", client, n/2%1000), fmt.Sprintf("value-%d", n)
	call := Call{Operation: "put", Sent: len(key) + len(value)}
	command := "SET " + key + " " + value + "\r\n"
	if n%2 == 1 {
		call = Call{Operation: "get", Sent: len(key)}
		command = "GET " + key + "\r\n"
	}
	began := time.Now()
	if err := c.SetDeadline(began.Add(2 * time.Second)); err != nil {
		return err
	}
	if _, err := c.Write([]byte(command)); err != nil {
		return err
	}
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	call.Ended = time.Now()
	call.Took = call.Ended.Sub(began)
	switch {
	case line[0] == '-':
		call.Failed = true
	case line[0] == '$' && line != "$-1\r\n":
		line, err = r.ReadString('\n')
		call.Got = len(strings.TrimSuffix(line, "\r\n"))
	}
	l.mu.Lock()
	l.calls = append(l.calls, call)
	l.mu.Unlock()
	return err
}
