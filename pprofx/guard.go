package pprofx

import (
	"net"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/origin"
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
	switch {
	case !origin.Allowed(r, g.hosts):
		return http.StatusForbidden, "the Host header names another machine: add it with WithHosts"
	case origin.CrossSite(r) && r.URL.Path != prefix: // following a link to the index is all right
		return http.StatusForbidden, "asked for by a page of another site"
	case g.token != nil && !g.token.match(r):
		return http.StatusUnauthorized, "credentials are needed"
	case g.token == nil && !origin.Here(r):
		return http.StatusForbidden, "from another machine, credentials are needed: set them with WithToken"
	}
	return 0, ""
}

// clientIP is the address that a request comes from, without the port, which says
// nothing about who it is.
func clientIP(r *http.Request) zap.Field {
	ip := r.RemoteAddr
	if host, _, err := net.SplitHostPort(ip); err == nil {
		ip = host
	}
	return zap.String(catalog.FieldClientIP, ip)
}
