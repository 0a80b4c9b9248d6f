package pprofx

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// clientIP is the address that a request comes from, without the port, which says
// nothing about who it is.
func clientIP(r *http.Request) zap.Field {
	ip := r.RemoteAddr
	if host, _, err := net.SplitHostPort(ip); err == nil {
		ip = host
	}
	return zap.String(catalog.FieldClientIP, ip)
}

// private reports whether only this machine can connect to an address.
func private(a net.Addr) bool {
	switch a := a.(type) {
	case *net.UnixAddr:
		return true
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	}
	return false
}

// fromHere reports whether a request that came in at a private address was sent
// by this machine. The address alone does not say so: where the system routes
// loopback addresses, as below kube-proxy, neighbours can send to them.
func fromHere(r *http.Request, local net.Addr) bool {
	if _, unix := local.(*net.UnixAddr); unix {
		return true
	}
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && remote.Addr().Unmap().IsLoopback()
}

// crossSite reports whether a browser asks on behalf of a page of another site,
// which cannot read the answer, but would have the profile recorded. Following
// a link to the index is all right.
func crossSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	return r.URL.Path != prefix
}

// forwarded reports whether a proxy, for which everybody is local, names itself.
func forwarded(r *http.Request) bool {
	for name := range r.Header {
		switch name {
		case "Forwarded", "X-Real-Ip", "Via":
			return true
		}
		if strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return false
}
