package e2e

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A balancer sends each TCP connection to one of its backends that is ready, as
// far as it knows from their probes. It leaves connections alone whose backend
// is not ready any more, and tries no other backend when one does not answer.
type balancer struct {
	listener net.Listener
	backends []*backend
	next     atomic.Int64
	serving  sync.WaitGroup
}

type backend struct {
	address string
	probe   string // URL of /readyz
	ready   atomic.Bool
	clients atomic.Int64 // so far
}

// probePeriod is a long time for a server that just stops.
const probePeriod = 500 * time.Millisecond

// startBalancer balances until the end of the test.
func startBalancer(t *testing.T, backends ...*backend) *balancer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{listener: l, backends: backends}
	ctx, cancel := context.WithCancel(context.Background())
	for _, each := range backends {
		b.serving.Go(func() { each.follow(ctx) })
	}
	b.serving.Go(func() { b.accept(ctx) })
	t.Cleanup(func() {
		l.Close()
		cancel()
		b.serving.Wait()
	})
	return b
}

// follow asks the backend again and again whether it is ready.
func (b *backend) follow(ctx context.Context) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	for tick := time.NewTicker(probePeriod); ; {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.probe, http.NoBody)
		if err != nil {
			return
		}
		res, err := client.Do(req)
		if err == nil {
			res.Body.Close()
		}
		b.ready.Store(err == nil && res.StatusCode == http.StatusOK)
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

func (b *balancer) accept(ctx context.Context) {
	for {
		conn, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.serving.Go(func() { b.serve(ctx, conn) })
	}
}

// serve connects a client to the next backend that is ready, or hangs up.
func (b *balancer) serve(ctx context.Context, client net.Conn) {
	defer client.Close()
	defer context.AfterFunc(ctx, func() { client.Close() })()
	first := int(b.next.Add(1))
	for i := range b.backends {
		to := b.backends[(first+i)%len(b.backends)]
		if !to.ready.Load() {
			continue
		}
		var d net.Dialer
		server, err := d.DialContext(ctx, "tcp", to.address)
		if err != nil {
			return
		}
		defer server.Close()
		to.clients.Add(1)
		go func() {
			_, _ = io.Copy(server, client)
			_ = server.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(client, server)
		return
	}
}
