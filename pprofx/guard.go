package pprofx

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// credentials are the hash of a token, so that a comparison takes as long for a
// guess of any length.
type credentials [sha256.Size]byte

func newCredentials(token string) *credentials {
	c := credentials(sha256.Sum256([]byte(token)))
	return &c
}

// match reports whether a request has the token, as a bearer or as a password.
func (c *credentials) match(r *http.Request) bool {
	token, ok := bearer(r.Header.Get("Authorization"))
	if !ok {
		if _, token, ok = r.BasicAuth(); !ok {
			return false
		}
	}
	given := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(given[:], c[:]) == 1
}

func bearer(authorization string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(authorization, " ")
	return token, ok && strings.EqualFold(scheme, "Bearer")
}

// guard keeps strangers out.
func (p *Profiler) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		status, why := p.refusal(r)
		if status == 0 {
			next.ServeHTTP(w, r)
			return
		}
		p.counts.requests[requestRefused].Add(1)
		if suppressed, ok := p.refusals.Allow(); ok {
			p.log.Warn(catalog.ProfilesRefused,
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
func (p *Profiler) refusal(r *http.Request) (status int, why string) {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	switch {
	case !p.hostAllowed(r.Host, local):
		return http.StatusForbidden, "the Host header names another machine: add it with WithHosts"
	case crossSite(r):
		return http.StatusForbidden, "asked for by a page of another site"
	case p.cfg.token != nil && !p.cfg.token.match(r):
		return http.StatusUnauthorized, "credentials are needed"
	case p.cfg.token == nil && (!private(local) || !fromHere(r, local) || forwarded(r)):
		return http.StatusForbidden, "from another machine, credentials are needed: set them with WithToken"
	}
	return 0, ""
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

// hostAllowed guards against a page whose DNS name was bound anew to this
// machine. An address is no name, so the one of the connection is safe; to a
// unix socket no page can connect.
func (p *Profiler) hostAllowed(hostport string, local net.Addr) bool {
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
	for _, name := range p.cfg.hosts {
		if strings.EqualFold(host, name) {
			return true
		}
	}
	return false
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
