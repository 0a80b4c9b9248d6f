package kvredis_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// A proxy stands before a server: it can hold what the server says, and cut connections.
type proxy struct {
	address string

	mu    sync.Mutex
	moved *sync.Cond
	held  bool
	cut   bool
	conns map[net.Conn]bool
}

func startProxy(t testing.TB, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: l.Addr().String(), conns: make(map[net.Conn]bool)}
	p.moved = sync.NewCond(&p.mu)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			go p.pass(client, server, false)
			go p.pass(server, client, true)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		p.setCut(true)
		p.hold(false)
	})
	return p
}

// pass copies from one side to the other, unless it is held or cut.
func (p *proxy) pass(from, to net.Conn, holds bool) {
	defer func() {
		_ = from.Close()
		_ = to.Close()
		p.mu.Lock()
		delete(p.conns, from)
		p.mu.Unlock()
	}()
	p.mu.Lock()
	p.conns[from] = true
	cut := p.cut
	p.mu.Unlock()
	buf := make([]byte, 1<<16)
	for !cut {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		for holds && p.held {
			p.moved.Wait()
		}
		p.mu.Unlock()
		if _, err := to.Write(buf[:n]); err != nil && err != io.ErrShortWrite {
			return
		}
	}
}

// hold keeps back what the server says, or lets it go.
func (p *proxy) hold(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = on
	p.moved.Broadcast()
}

// setCut ends all connections, and takes none until it is unset.
func (p *proxy) setCut(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = on
	if on {
		for c := range p.conns {
			_ = c.Close()
		}
	}
}
