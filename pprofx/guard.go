package pprofx

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A guard keeps strangers out.
type guard struct {
	token    *credentials // nil without one
	hosts    []string
	counts   *counts
	log      *outbox.Log
	refusals limiter.Limiter
}

// around returns next behind the guard.
func (g *guard) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		status, why := g.refusal(r)
		if status == 0 {
			next.ServeHTTP(w, r)
			return
		}
		g.counts.requests[requestRefused].Add(1)
		if suppressed, ok := g.refusals.Allow(); ok {
			g.log.Warn(catalog.ProfilesRefused,
				clientIP(r), zap.String(catalog.FieldReason, why), limiter.Field(suppressed))
		}
		if status == http.StatusUnauthorized {
			header.Set("WWW-Authenticate", `Bearer realm="pprof", Basic realm="pprof"`)
		}
		fail(w, status, why)
	})
}

// refusal returns why a request is refused, in words that tell its sender
// nothing new, or status 0.
func (g *guard) refusal(r *http.Request) (status int, why string) {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	switch {
	case !g.hostAllowed(r.Host, local):
		return http.StatusForbidden, "the Host header names another machine: add it with WithHosts"
	case crossSite(r):
		return http.StatusForbidden, "asked for by a page of another site"
	case g.token != nil && !g.token.match(r):
		return http.StatusUnauthorized, "credentials are needed"
	case g.token == nil && (!private(local) || !fromHere(r, local) || forwarded(r)):
		return http.StatusForbidden, "from another machine, credentials are needed: set them with WithToken"
	}
	return 0, ""
}

// hostAllowed guards against a page whose DNS name was bound anew to this
// machine. An address is no name, so the one of the connection is safe; to a
// unix socket no page can connect.
func (g *guard) hostAllowed(hostport string, local net.Addr) bool {
	if _, unix := local.(*net.UnixAddr); unix {
		return true
	}
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		tcp, ok := local.(*net.TCPAddr)
		if ip.IsLoopback() || ok && tcp.AddrPort().Addr().Unmap() == ip {
			return true
		}
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	for _, name := range g.hosts {
		if strings.EqualFold(host, name) {
			return true
		}
	}
	return false
}
