// Package origin tells who asks over HTTP: this machine, or somebody who makes a
// browser or a proxy ask in its name. What changes a program, or tells more of it than
// metrics do, is guarded by it.
package origin

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Allowed reports whether a request names this machine in its Host header: by a
// loopback address, the address that its connection came in at, localhost, or one of
// hosts, which are names without a port. A page whose DNS name was bound anew to this
// machine names itself. To a unix socket no page can connect.
func Allowed(r *http.Request, hosts []string) bool {
	at := local(r)
	if _, unix := at.(*net.UnixAddr); unix {
		return true
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		tcp, ok := at.(*net.TCPAddr)
		if ip.IsLoopback() || ok && tcp.AddrPort().Addr().Unmap() == ip {
			return true
		}
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	for _, name := range hosts {
		if strings.EqualFold(host, strings.TrimSuffix(name, ".")) {
			return true
		}
	}
	return false
}

// CrossSite reports whether a browser asks on behalf of a page of another site, or of
// another port of this one. Such a page cannot read the answer, but what it asks for
// would be done.
func CrossSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "none", "same-origin":
		return false
	case "": // a browser tells that to servers that it trusts only, this in each request that changes something
		from := r.Header.Get("Origin")
		if from == "" {
			return false
		}
		page, err := url.Parse(from)
		return err != nil || !strings.EqualFold(page.Host, r.Host)
	}
	return true
}

// Here reports whether this machine asks, at an address that only it can connect to.
// A proxy that names itself is not this machine, though it may run on it: everybody is
// local for it.
func Here(r *http.Request) bool {
	at := local(r)
	if !Private(at) || forwarded(r) {
		return false
	}
	if _, unix := at.(*net.UnixAddr); unix {
		return true
	}
	// The address alone does not say so: where the system routes loopback addresses, as
	// below kube-proxy, neighbours can send to them.
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

// Private reports whether only this machine can connect to an address.
func Private(a net.Addr) bool {
	switch a := a.(type) {
	case *net.UnixAddr:
		return true
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	}
	return false
}

// local is the address at which the connection of a request came in, nil if its server
// does not say.
func local(r *http.Request) net.Addr {
	a, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return a
}

func forwarded(r *http.Request) bool {
	for name := range r.Header {
		switch {
		case name == "Forwarded", name == "X-Real-Ip", name == "Via", strings.HasPrefix(name, "X-Forwarded-"):
			return true
		}
	}
	return false
}
