package failover

import (
	"net"
	"sync"
	"testing"
)

// apart is the address that a server comes from which can be told from the others.
const apart = "127.0.0.3"

// A proxy stands before a server. It can hold back what is said on connections, all or those
// that come from apart, as a network does that loses each packet.
type proxy struct {
	listener net.Listener

	mu    sync.Mutex
	moved *sync.Cond
	to    string
	held  func(from string, reply bool) bool
	over  bool
	conns map[net.Conn]bool
}

func startProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: to, conns: make(map[net.Conn]bool)}
	p.moved = sync.NewCond(&p.mu)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		p.over = true
		for c := range p.conns {
			_ = c.Close()
		}
		p.moved.Broadcast()
		p.mu.Unlock()
		all.Wait() //otelkv:waitok its connections are closed
	})
	return p
}

func (p *proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// leadTo sets where it leads.
func (p *proxy) leadTo(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = address
}

// hold keeps back what is said while held says so of who has connected, and of replies. Nil keeps
// back nothing.
func (p *proxy) hold(held func(from string, reply bool) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = held
	p.moved.Broadcast()
}

func all(string, bool) bool                   { return true }
func fromApart(from string, _ bool) bool      { return from == apart }
func toApart(from string, reply bool) bool    { return from == apart && reply }
func source(c net.Conn) string                { return c.RemoteAddr().(*net.TCPAddr).IP.String() }
func (p *proxy) holds(f string, re bool) bool { return !p.over && p.held != nil && p.held(f, re) }

// keep remembers a connection until it ends. It returns false if the proxy has ended.
func (p *proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		_ = c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

func (p *proxy) forget(c net.Conn) {
	_ = c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *proxy) serve(client net.Conn) {
	if !p.keep(client) {
		return
	}
	defer p.forget(client)
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	upstream, err := net.Dial("tcp", to)
	if err != nil || !p.keep(upstream) {
		return
	}
	defer p.forget(upstream)
	var replies sync.WaitGroup
	replies.Go(func() { p.pass(upstream, client, source(client), true) })
	p.pass(client, upstream, source(client), false)
	replies.Wait()
}

// pass copies from one side to the other until one of them ends.
func (p *proxy) pass(from, to net.Conn, who string, reply bool) {
	defer func() {
		_ = from.Close()
		_ = to.Close()
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		for p.holds(who, reply) {
			p.moved.Wait()
		}
		p.mu.Unlock()
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
