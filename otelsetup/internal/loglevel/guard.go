package loglevel

import (
	"net/http"

	"github.com/otelkv/otelkv/internal/origin"
)

// Under returns the handler for requests that name this machine, or one of hosts, and
// that no page of another site asks a browser for: else any page that somebody looks
// at could hide from the log what happens next.
func (l *Handler) Under(hosts []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var why string
		switch {
		case !origin.Allowed(r, hosts):
			why = "the Host header names another machine: the program can allow that name"
		case origin.CrossSite(r):
			why = "asked for by a page of another site"
		default:
			l.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		writeJSON(w, http.StatusForbidden, refusal{why})
	})
}
