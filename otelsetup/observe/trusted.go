package observe

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// trust says whose requests are trusted.
type trust func(*http.Request) bool

// allows asks the program's function. A panic is a no.
func (t trust) allows(r *http.Request) (trusted bool) {
	defer func() {
		if recover() != nil {
			trusted = false
		}
	}()
	return t(r)
}

// only serves what changes the program. A page that a trusted person looks
// at in a browser is not that person.
func (t trust) only(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !t.allows(r) {
			answer(w, http.StatusForbidden, "only from the machine itself, or as WithTrusted says\n")
			return
		}
		h.ServeHTTP(w, r)
	})
}

// local reports whether a request comes from this machine, whose users can read
// the log as well: over a loopback address, under a name of this machine, which a
// page whose DNS name was bound anew has not, and not by a proxy that names itself,
// for which everybody is local.
func local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() || !loopback(r.Host) {
		return false
	}
	for name := range r.Header {
		switch {
		case name == "Forwarded", name == "X-Real-Ip", name == "Via", strings.HasPrefix(name, "X-Forwarded-"):
			return false
		}
	}
	return true
}

// loopback reports whether a Host header names this machine.
func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
