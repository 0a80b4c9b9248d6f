package program

import (
	"net/http"
	"net/netip"
)

// IsLocal reports whether a request comes from this machine: who is on it may
// read the log as well. Behind a proxy on the same machine every request does,
// so a program there needs another rule.
func IsLocal(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

// LocalOnly serves what changes the program to requests from this machine.
func LocalOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !IsLocal(r) {
			Answer(w, http.StatusForbidden, "only from the machine itself")
			return
		}
		h.ServeHTTP(w, r)
	})
}
