package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/kvdb"
)

// plainStore has no capability whatever.
type plainStore struct{ kvdb.Store }

// ttlStore has PutTTL and remembers the last one.
type ttlStore struct {
	kvdb.Store
	ttl time.Duration
}

func (s *ttlStore) PutTTL(ctx context.Context, key, value []byte, ttl time.Duration) error {
	s.ttl = ttl
	return s.Put(ctx, key, value)
}

func memory(t testing.TB) *kvdb.Memory {
	m := kvdb.NewMemory(nil)
	t.Cleanup(func() { m.Close() })
	return m
}

// anyRoom is room for a value of any size.
func anyRoom(size int) []byte { return make([]byte, 0, size) }

// A testServer is a server on an in-memory network, whose deadlines follow the
// clock of a synctest bubble.
type testServer struct {
	*server
	t     testing.TB
	net   *pipeListener
	lines *observer.ObservedLogs
	once  sync.Once
}

func start(t testing.TB, store kvdb.Store, change ...func(*limits)) *testServer {
	t.Helper()
	lim := defaultLimits
	for _, f := range change {
		f(&lim)
	}
	core, lines := observer.New(zapcore.DebugLevel)
	l := newPipeListener()
	s := &testServer{t: t, net: l, lines: lines}
	s.server = startServer(l, newKeyspace(store, "test"), lim, newServerLog(zap.New(core)), nil,
		about{engine: "test", namespace: "kvserver", sync: true, port: "6380", started: time.Now()})
	t.Cleanup(s.stop)
	return s
}

func (s *testServer) stop() { s.once.Do(s.drain) }

// dial returns a client that reads all replies as they come.
func (s *testServer) dial() *testClient {
	s.t.Helper()
	c := &testClient{t: s.t, conn: s.net.dial()}
	c.replies = bufio.NewReader(c.conn)
	s.t.Cleanup(func() { c.conn.Close() })
	return c
}

// messages returns the messages of the server's lines, and checks that they
// tell the client.
func (s *testServer) messages() []string {
	var messages []string
	for _, line := range s.lines.FilterLevelExact(zapcore.WarnLevel).All() {
		messages = append(messages, line.Message)
		if line.ContextMap()["client_ip"] == nil {
			s.t.Errorf("the line %q has no client_ip", line.Message)
		}
	}
	return messages
}

// empty closes the last clients, and fails the test unless all that they made the server hold is
// given back. It is for bubbles of synctest.
func (s *testServer) empty(clients ...*testClient) {
	s.t.Helper()
	for _, c := range clients {
		c.conn.Close()
	}
	synctest.Wait()
	if got := s.budget.Left(); got != s.limits.memory {
		s.t.Errorf("%d bytes were not given back", s.limits.memory-got)
	}
}

type testClient struct {
	t       testing.TB
	conn    net.Conn
	replies *bufio.Reader
}

// do sends a command and returns its reply: a status as it is, an error with
// its minus, a number with its colon, a bulk in quotes, nil, or an array of
// these in brackets. What only version 3 has follows the byte that stands for it
// there.
func (c *testClient) do(args ...string) string {
	c.t.Helper()
	c.send(encode(args...))
	return c.reply()
}

func (c *testClient) send(raw string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, raw); err != nil {
		c.t.Fatal(err)
	}
}

func (c *testClient) reply() string {
	c.t.Helper()
	s, err := readReply(c.replies)
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// closed fails unless the server has closed the connection.
func (c *testClient) closed() {
	c.t.Helper()
	if s, err := readReply(c.replies); err != io.EOF {
		c.t.Errorf("the connection is open: %s, %v", s, err)
	}
}

func encode(args ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(a), a)
	}
	return b.String()
}

func readReply(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(line, "\r\n") {
		return "", fmt.Errorf("a line without CR: %q", line)
	}
	kind, rest := line[0], line[1:len(line)-2]
	switch kind {
	case '+':
		return rest, nil
	case '-', ':', '#', ',', '_':
		return string(kind) + rest, nil
	}
	n, err := strconv.Atoi(rest)
	if err != nil {
		return "", fmt.Errorf("no reply: %q", line)
	}
	if n < 0 {
		return "nil", nil
	}
	switch kind {
	case '$', '=':
		bulk := make([]byte, n+2)
		if _, err := io.ReadFull(r, bulk); err != nil {
			return "", err
		}
		if !bytes.HasSuffix(bulk, []byte("\r\n")) {
			return "", fmt.Errorf("a bulk without CRLF: %q", bulk)
		}
		return strings.TrimPrefix(string(kind), "$") + strconv.Quote(string(bulk[:n])), nil
	case '*', '%', '~', '>':
		if kind == '%' {
			n *= 2
		}
		elements := make([]string, n)
		for i := range elements {
			if elements[i], err = readReply(r); err != nil {
				return "", err
			}
		}
		return strings.TrimPrefix(string(kind), "*") + "[" + strings.Join(elements, " ") + "]", nil
	}
	return "", fmt.Errorf("no reply: %q", line)
}

// A pipeListener accepts what its dial returns the other end of.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial() net.Conn {
	near, far := net.Pipe()
	l.conns <- far
	return near
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 6380} }
