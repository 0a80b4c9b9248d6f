package main

import (
	"context"
	"io"
	"iter"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// A stuck store is in an operation until its context is over. It counts what is
// begun.
type stuck struct {
	kvdb.Store
	count atomic.Int64
	begun chan struct{} // has one when there was one
	ended chan error
}

func newStuck(t *testing.T) *stuck {
	return &stuck{Store: kvtest.Mask(memory(t)), begun: make(chan struct{}, 1), ended: make(chan error, 1)}
}

func (s *stuck) wait(ctx context.Context) error {
	s.count.Add(1)
	tell(s.begun, struct{}{})
	<-ctx.Done()
	err := kvdb.CheckContext(ctx, "get")
	tell(s.ended, err)
	return err
}

// tell sends v unless something was sent before.
func tell[T any](to chan<- T, v T) {
	select {
	case to <- v:
	default:
	}
}

func (s *stuck) Get(ctx context.Context, _ []byte) ([]byte, error)         { return nil, s.wait(ctx) }
func (s *stuck) Exists(ctx context.Context, _ []byte) (bool, error)        { return false, s.wait(ctx) }
func (s *stuck) Apply(ctx context.Context, _ []kvdb.Mutation) error        { return s.wait(ctx) }
func (s *stuck) GetMany(ctx context.Context, _ [][]byte) ([][]byte, error) { return nil, s.wait(ctx) }
func (s *stuck) Scan(ctx context.Context, _ kvdb.Range) iter.Seq2[kvdb.Entry, error] {
	return func(yield func(kvdb.Entry, error) bool) { yield(kvdb.Entry{}, s.wait(ctx)) }
}

// serveTCP serves a store on real connections, and returns a client's end of one.
func serveTCP(t *testing.T, store kvdb.Store) (*server, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(l, newKeyspace(store, "test"), defaultLimits, newServerLog(zap.NewNop()), nil, about{engine: "test"})
	t.Cleanup(s.drain)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return s, conn.(*net.TCPConn)
}

// receive fails if nothing comes in a minute.
func receive[T any](t *testing.T, from <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(process.Soon):
		t.Fatalf("there is no %s", what)
	}
	return v
}

// Each command that may take long ends when its client has gone, and so do those
// that the client had sent behind it.
func TestClientGoes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	leave := map[string]func(*net.TCPConn){
		"closes": func(c *net.TCPConn) { c.Close() },
		"half":   func(c *net.TCPConn) { c.CloseWrite() },
		"resets": func(c *net.TCPConn) { c.SetLinger(0); c.Close() },
		"sends more": func(c *net.TCPConn) {
			io.WriteString(c, strings.Repeat(encode("exists", "d"), 100))
			c.Close()
		},
	}
	for _, tt := range []struct{ command, how string }{
		{"exists a b c", "closes"}, {"exists a b c", "half"}, {"exists a b c", "resets"}, {"exists a b c", "sends more"},
		{"mget a b c", "closes"}, {"mset a 1", "closes"}, {"del a b c", "closes"}, {"scan 0", "closes"}, {"keys *", "closes"},
		{"dbsize", "closes"}, {"flushdb", "closes"}, {"flushall", "closes"},
	} {
		t.Run(tt.command+" "+tt.how, func(t *testing.T) {
			t.Parallel()
			store := newStuck(t)
			s, conn := serveTCP(t, store)
			if _, err := io.WriteString(conn, encode(strings.Fields(tt.command)...)); err != nil {
				t.Fatal(err)
			}
			receive(t, store.begun, "operation")
			leave[tt.how](conn)
			if err := receive(t, store.ended, "end of it"); err == nil {
				t.Error("it ended by itself")
			}
			process.Eventually(t, "the client is gone", func() bool { return s.connected() == 0 })
			if n := store.count.Load(); n != 1 {
				t.Errorf("%d operations, want one", n)
			}
		})
	}
}

// A client that waits is waited for.
func TestClientStays(t *testing.T) {
	store := newStuck(t)
	_, conn := serveTCP(t, store)
	if _, err := io.WriteString(conn, encode("exists", "a")+encode("ping")); err != nil {
		t.Fatal(err)
	}
	receive(t, store.begun, "operation")
	select {
	case err := <-store.ended:
		t.Errorf("it ended: %v", err)
	case <-time.After(4 * lookoutInterval):
	}
	conn.Close()
	receive(t, store.ended, "end of it")
}

// wrappedConn is as a connection of TLS.
type wrappedConn struct{ net.Conn }

func (w wrappedConn) NetConn() net.Conn { return w.Conn }

func TestPeek(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	pair := func() (near, far *net.TCPConn) {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		other, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(); other.Close() })
		return conn.(*net.TCPConn), other.(*net.TCPConn)
	}
	near, far := pair()
	if closed, broken := peek(near); closed || broken {
		t.Errorf("an open connection: %t, %t", closed, broken)
	}
	far.Write([]byte("unread"))
	far.CloseWrite()
	process.Eventually(t, "the other side is closed", func() bool {
		closed, broken := peek(wrappedConn{near})
		return closed && !broken
	})
	near, far = pair()
	far.SetLinger(0)
	far.Close()
	process.Eventually(t, "the connection is broken", func() bool {
		_, broken := peek(near)
		return broken
	})
	near.Close()
	if closed, broken := peek(near); closed || broken {
		t.Errorf("a connection that was closed here: %t, %t", closed, broken)
	}
	pipe, _ := net.Pipe()
	if closed, broken := peek(pipe); closed || broken {
		t.Errorf("a pipe: %t, %t", closed, broken)
	}
}
