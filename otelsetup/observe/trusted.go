package observe

import (
	"net/http"

	"github.com/otelkv/otelkv/internal/origin"
)

// A trust says whose requests are trusted.
type trust struct {
	allowed func(*http.Request) bool
	hosts   []string // names of this machine
}

// allows reports whether a request is trusted. The program's function is asked about
// those only that call this machine by its name: it need not know that a page can have
// one bound anew.
func (t trust) allows(r *http.Request) bool { return origin.Allowed(r, t.hosts) && t.asks(r) }

// asks asks the program's function. A panic is a no.
func (t trust) asks(r *http.Request) (trusted bool) {
	defer func() {
		if recover() != nil {
			trusted = false
		}
	}()
	return t.allowed(r)
}

// only serves what changes the program. A page that a trusted person looks
// at in a browser is not that person.
func (t trust) only(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var why string
		switch {
		case !origin.Allowed(r, t.hosts):
			why = "the Host header names another machine: add it with WithHosts"
		case origin.CrossSite(r):
			why = "asked for by a page of another site"
		case !t.asks(r):
			why = "only from the machine itself, or as WithTrusted says"
		default:
			h.ServeHTTP(w, r)
			return
		}
		answer(w, http.StatusForbidden, why+"\n")
	})
}

// Trusted returns a handler of the program's own that changes the program, as
// /loglevel does, for the same people: those of [WithTrusted], under a name of this
// machine, and for no page of another site that one of them looks at. Others get 403.
// That of a nil or zero Observer, and that of nil, answers 503.
func (o *Observer) Trusted(h http.Handler) http.Handler {
	if !o.runs() || h == nil {
		return http.HandlerFunc(notStarted)
	}
	return o.cfg.trusted.only(h)
}
