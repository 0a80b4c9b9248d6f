// Package program is what the example programs have in common besides the
// store: where they listen, where they keep files, how they serve HTTP.
package program

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
)

// An Address is where to listen. One that the user has given is meant; a
// default one may give way to a free port.
type Address struct {
	Flag     string // as the user knows it, such as "-listen"
	HostPort string
	Given    bool
}

// Check returns what is wrong with the address, in one line for the user.
func (a Address) Check() error {
	if _, _, err := net.SplitHostPort(a.HostPort); err != nil {
		return fmt.Errorf("%s: %w: use host:port, such as 127.0.0.1:8080", a.Flag, err)
	}
	return nil
}

// Listen listens on the address. A default address that cannot be had, as a
// rule because it is taken, gives way to a free port of the same host, and the
// user is told why in the name of the program.
func (a Address) Listen(ctx context.Context, name string, stderr io.Writer) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.HostPort)
	if err == nil {
		return l, nil
	}
	if !a.Given {
		host, _, _ := net.SplitHostPort(a.HostPort)
		if free, e := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); e == nil {
			fmt.Fprintf(stderr, "%s: %v; using %s instead (choose one with %s)\n", name, err, free.Addr(), a.Flag)
			return free, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: choose another address, or port 0 for a free one", a.Flag, err)
}

// Reachable returns the host and port of an address to listen on as this
// machine's user types them.
func Reachable(a net.Addr) string {
	addr := a.String()
	if ap, err := netip.ParseAddrPort(addr); err == nil && ap.Addr().IsUnspecified() {
		return fmt.Sprintf("localhost:%d", ap.Port())
	}
	return addr
}
