// Package proxy stands between programs and a server in tests, and holds back what they say.
package proxy

import (
	"context"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"
)

// A Proxy stands before a server. It can hold back what is said on connections, as a network
// does that loses each packet.
type Proxy struct {
	listener net.Listener

	mu      sync.Mutex
	changed chan struct{} // closed when held changes, and at the end
	to      string
	held    func(from string, reply bool) bool
	over    bool
	conns   map[net.Conn]bool
}

// Start runs one before the server at an address until the end of the test.
func Start(t testing.TB, to string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, to: to, changed: make(chan struct{}), conns: make(map[net.Conn]bool)}
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
		for _, c := range p.end() {
			_ = c.Close()
		}
		all.Wait() //otelkv:waitok its connections are closed
	})
	return p
}

// Address is where it listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Port is that of its address.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// LeadTo sets where new connections lead.
func (p *Proxy) LeadTo(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = address
}

// Hold keeps back what is said while held says so of the address of who has connected, and of
// replies to it. Nil keeps back nothing.
func (p *Proxy) Hold(held func(from string, reply bool) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = held
	close(p.changed)
	p.changed = make(chan struct{})
}

// All is for Hold: it keeps back everything.
func All(string, bool) bool { return true }

// Replies is for Hold: what is asked arrives, and no answer comes.
func Replies(_ string, reply bool) bool { return reply }

func source(c net.Conn) string { return c.RemoteAddr().(*net.TCPAddr).IP.String() }

// await returns when nothing is to be kept back of what is said for or to a client any more.
func (p *Proxy) await(from string, reply bool) {
	for {
		p.mu.Lock()
		held, changed := p.held, p.changed
		p.mu.Unlock()
		if held == nil || !held(from, reply) {
			return
		}
		<-changed
	}
}

// end lets go of what is kept back, and returns the connections that there are.
func (p *Proxy) end() []net.Conn {
	p.Hold(nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	return slices.Collect(maps.Keys(p.conns))
}

// keep remembers a connection until it ends. It returns false if the proxy has ended.
func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.conns[c] = true
	}
	return !p.over
}

func (p *Proxy) forget(c net.Conn) {
	_ = c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *Proxy) serve(client net.Conn) {
	defer p.forget(client)
	if !p.keep(client) {
		return
	}
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	var dialer net.Dialer
	upstream, err := dialer.DialContext(context.Background(), "tcp", to)
	if err != nil {
		return
	}
	defer p.forget(upstream)
	if !p.keep(upstream) {
		return
	}
	var replies sync.WaitGroup
	replies.Go(func() { p.pass(upstream, client, source(client), true) })
	p.pass(client, upstream, source(client), false)
	replies.Wait()
}

// pass copies from one side to the other until one of them ends.
func (p *Proxy) pass(from, to net.Conn, who string, reply bool) {
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
		p.await(who, reply)
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
