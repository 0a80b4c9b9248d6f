package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
)

// listen listens on an address. A default address that cannot be had, as a rule
// because it is taken, gives way to a free port of the same host, and the user
// is told why.
func listen(ctx context.Context, a address, stderr io.Writer) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.hostPort)
	if err == nil {
		return l, nil
	}
	if !a.given {
		host, _, _ := net.SplitHostPort(a.hostPort)
		if free, e := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); e == nil {
			fmt.Fprintf(stderr, "quickstart: %v; using %s instead (choose one with %s)\n", err, free.Addr(), a.flag)
			return free, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: choose another address, or port 0 for a free one", a.flag, err)
}

// reachable returns the URL of a listener, as this machine's user types it.
func reachable(l net.Listener) string {
	addr := l.Addr().String()
	if ap, err := netip.ParseAddrPort(addr); err == nil && ap.Addr().IsUnspecified() {
		addr = fmt.Sprintf("localhost:%d", ap.Port())
	}
	return "http://" + addr
}
