package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/kvdb"
)

func TestPipeline(t *testing.T) {
	c := start(t, memory(t)).dial()
	const n = 20_000
	go c.send(strings.Repeat(encode("set", "k", "v")+encode("get", "k")+encode("nonsense"), n))
	for i := range n {
		for _, want := range []string{"OK", `"v"`, "-ERR unknown command 'nonsense', with args beginning with: "} {
			if got := c.reply(); got != want {
				t.Fatalf("reply %d: %s, want %s", i, got, want)
			}
		}
	}
}

func TestProtocolErrors(t *testing.T) {
	s := start(t, memory(t))
	for _, tt := range []struct {
		in      string
		replies []string
	}{
		{"*1\r\n$9223372036854775807\r\n", []string{"-ERR Protocol error: invalid bulk length"}},
		{"*9223372036854775807\r\n", []string{"-ERR Protocol error: invalid multibulk length"}},
		{"ping\r\n*1\r\n:", []string{"PONG", "-ERR Protocol error: expected '$', got ':'"}},
		{"POST / HTTP/1.1\r\n", []string{"-ERR unknown command 'POST', with args beginning with: '/' 'HTTP/1.1' "}},
		{"GET / HTTP/1.1\r\nHost: localhost\r\n", []string{"-ERR wrong number of arguments for 'get' command", "-ERR unknown command 'Host:', with args beginning with: 'localhost' "}},
		{"quit\r\n", []string{"OK"}},
	} {
		c := s.dial()
		c.send(tt.in)
		for _, want := range tt.replies {
			if got := c.reply(); got != want {
				t.Errorf("%q: %s, want %s", tt.in, got, want)
			}
		}
		c.closed()
	}
	if got, want := fmt.Sprint(s.messages()), "[client refused client refused client refused client speaks HTTP client speaks HTTP]"; got != want {
		t.Errorf("lines %s, want %s", got, want)
	}
}

func TestTooManyClients(t *testing.T) {
	s := start(t, memory(t), func(l *limits) { l.clients = 2 })
	first, second, third := s.dial(), s.dial(), s.dial()
	if got := third.reply(); got != "-ERR max number of clients reached" {
		t.Errorf("the third: %s", got)
	}
	third.closed()
	if got := second.do("quit"); got != "OK" {
		t.Errorf("the second: %s", got)
	}
	second.closed()
	if got := first.do("ping"); got != "PONG" {
		t.Errorf("the first: %s", got)
	}
	if got := fmt.Sprint(s.messages()); got != "[too many clients]" {
		t.Errorf("lines %s", got)
	}
}

// elapsed returns how long f takes by the clock of the bubble.
func elapsed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

func TestIdleClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		time.Sleep(defaultLimits.idleTime - time.Second)
		if got := c.do("ping"); got != "PONG" {
			t.Errorf("a client that was idle: %s", got)
		}
		if d := elapsed(c.closed); d != defaultLimits.idleTime {
			t.Errorf("an idle client was closed after %v", d)
		}
		if got := s.messages(); len(got) != 0 {
			t.Errorf("lines %s", got)
		}
	})
}

// A command that trickles has as long as one that stops.
func TestSlowRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, memory(t))
		c := s.dial()
		began := time.Now()
		for _, b := range encode("set", "k", strings.Repeat("v", 100)) {
			if _, err := io.WriteString(c.conn, string(b)); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if d := time.Since(began); d < defaultLimits.requestTime || d > defaultLimits.requestTime+2*time.Second {
			t.Errorf("a slow command was given up after %v", d)
		}
		if got := fmt.Sprint(s.messages()); got != "[client dropped]" {
			t.Errorf("lines %s", got)
		}
		// The next command has its own time.
		c = s.dial()
		for range 3 {
			c.send("*1\r\n$4\r\npi")
			time.Sleep(defaultLimits.requestTime - time.Second)
			c.send("ng\r\n")
			if got := c.reply(); got != "PONG" {
				t.Errorf("a slow ping: %s", got)
			}
		}
		// One that follows an empty one, too, which is no command.
		c = s.dial()
		c.send("*")
		time.Sleep(time.Second)
		c.send("0\r\n")
		time.Sleep(time.Second)
		c.send("*3\r\n$3\r\nset\r\n")
		if d := elapsed(c.closed); d != defaultLimits.requestTime {
			t.Errorf("a slow command after an empty one was given up after %v", d)
		}
	})
}

// A large command over a slow line has the time that its size takes, as long as it
// comes on.
func TestSlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, memory(t)).dial()
		value := strings.Repeat("v", 4<<20)
		in := encode("set", "k", value)
		took := elapsed(func() {
			for len(in) > 0 {
				n := min(len(in), 2*defaultLimits.slowest)
				c.send(in[:n])
				in = in[n:]
				time.Sleep(2 * time.Second)
			}
		})
		if got := c.reply(); got != "OK" || took < 2*defaultLimits.requestTime {
			t.Errorf("a command of %v: %s", took, got)
		}
		c.send(encode("set", "k", value)[:1<<20])
		if d := elapsed(c.closed); d != defaultLimits.requestTime+(1<<20)/time.Duration(defaultLimits.slowest)*time.Second {
			t.Errorf("a command that stands still was given up after %v", d)
		}
	})
}

// Commands that were refused are answered in their place.
func TestRefusedInPipeline(t *testing.T) {
	s := start(t, memory(t), func(l *limits) { l.memory = 1 << 20 })
	c := s.dial()
	large := encode("set", "k", strings.Repeat("v", 2<<20))
	tooMany := "*1048577\r\n" + strings.Repeat("$0\r\n\r\n", 1048577)
	go io.WriteString(c.conn, encode("set", "a", "1")+large+encode("get", "k")+tooMany+large+encode("get", "a"))
	for _, want := range []string{
		"OK", "-ERR " + resp.ErrBudget.Error(), "nil", "-ERR the command has more than 1048576 arguments: send several", "-ERR " + resp.ErrBudget.Error(), `"1"`,
	} {
		if got := c.reply(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A client that asks and does not read is dropped, and its replies take no
// memory meanwhile that is not in the budget.
func TestClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory(t)
		if err := store.Put(t.Context(), []byte("k"), make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		s := start(t, store)
		c := s.dial()
		go io.WriteString(c.conn, strings.Repeat(encode("get", "k"), 1000))
		synctest.Wait()
		if taken := s.limits.memory - s.budget.Left(); taken < 1<<20 || taken > 4<<20 {
			t.Errorf("%d bytes are charged for a reply of 1 MiB", taken)
		}
		time.Sleep(defaultLimits.replyTime)
		synctest.Wait()
		if n := s.connected(); n != 0 {
			t.Errorf("%d clients are connected", n)
		}
		if s.budget.Left() != s.limits.memory {
			t.Error("the budget has not got its bytes back")
		}
		if got := fmt.Sprint(s.messages()); got != "[client dropped]" {
			t.Errorf("lines %s", got)
		}
	})
}

func TestBudget(t *testing.T) {
	store := memory(t)
	s := start(t, store, func(l *limits) { l.memory = 300 << 10 })
	value := strings.Repeat("v", 1<<20)
	if err := store.Put(t.Context(), []byte("k"), []byte(value)); err != nil {
		t.Fatal(err)
	}
	c := s.dial()
	go io.WriteString(c.conn, encode("set", "k", value))
	if got := c.reply(); got != "-ERR "+resp.ErrBudget.Error() {
		t.Errorf("a large request: %s", got)
	}
	for _, command := range []string{"get", "mget"} {
		if got := c.do(command, "k"); got != "-ERR "+string(errBudget) {
			t.Errorf("a large reply to %s: %s", command, got)
		}
	}
	if got := c.do("ping"); got != "PONG" {
		t.Errorf("ping: %s", got)
	}
}

// A long reply about commands goes out in pieces.
func TestCommandInfoInPieces(t *testing.T) {
	c := start(t, memory(t)).dial()
	const names = 14_000
	args := append([]string{"command", "info"}, slices.Repeat([]string{"get"}, names)...)
	go io.WriteString(c.conn, encode(args...))
	buf := make([]byte, 1<<20) // a read delivers one write
	var w resp.Writer
	w.Array(names)
	head := w.Len()
	describe(&w, find([]byte("get")))
	want := head + names*(w.Len()-head)
	for want > 0 {
		n, err := c.conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if n > 2*fullReply {
			t.Fatalf("%d bytes in one piece", n)
		}
		want -= n
	}
	if got := c.do("ping"); got != "PONG" {
		t.Errorf("ping: %s", got)
	}
}

// A reply of which the client has the beginning cannot become an error.
func TestReplyCutOff(t *testing.T) {
	store := &failingLater{Store: memory(t)}
	if err := store.Put(t.Context(), []byte("k"), make([]byte, fullReply)); err != nil {
		t.Fatal(err)
	}
	s := start(t, store)
	c := s.dial()
	c.send(encode("mget", "k", "later"))
	if _, err := readReply(c.replies); err != io.ErrUnexpectedEOF && err != io.EOF {
		t.Errorf("error %v, want an end of the connection", err)
	}
	if got := fmt.Sprint(s.messages()); got != "[reply cut off]" {
		t.Errorf("lines %s", got)
	}
}

type failingLater struct{ kvdb.Store }

func (s *failingLater) Get(ctx context.Context, key []byte) ([]byte, error) {
	if string(key) == "later" {
		return nil, &kvdb.Error{Op: "get", Kind: kvdb.ErrUnavailable}
	}
	return s.Store.Get(ctx, key)
}

func TestManyKeys(t *testing.T) {
	for name, store := range map[string]kvdb.Store{"in one call": memory(t), "one by one": plainStore{memory(t)}} {
		t.Run(name, func(t *testing.T) {
			if err := store.Put(t.Context(), []byte("k"), make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			c := start(t, store).dial()
			args := append([]string{"mget", "x"}, strings.Fields(strings.Repeat("k ", 3*maxManyKeys))...)
			go c.send(encode(args...))
			got := c.reply()
			if n := strings.Count(got, `"`)/2 + strings.Count(got, "nil"); n != len(args)-1 || !strings.HasPrefix(got, "[nil ") {
				t.Errorf("%d values, want %d", n, len(args)-1)
			}
		})
	}
}
