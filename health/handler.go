package health

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	typeText = "text/plain; charset=utf-8"
	typeJSON = "application/health+json"

	// pathValue is the wildcard that names one check.
	pathValue = "check"
)

// Mount adds /healthz, which is also /livez, /readyz, /readyz/{check} and
// /startupz to a mux; each answers with a slash at its end, too. With nil it is
// http.DefaultServeMux.
func (h *Health) Mount(mux *http.ServeMux) {
	if mux == nil {
		mux = http.DefaultServeMux
	}
	for _, at := range [...]struct {
		path    string
		handler http.Handler
	}{
		{"/healthz", h.LivenessHandler()},
		{"/livez", h.LivenessHandler()},
		{"/readyz", h.ReadinessHandler()},
		{"/readyz/{" + pathValue + "}", h.ReadinessHandler()},
		{"/startupz", h.StartupHandler()},
	} {
		mux.Handle(at.path, at.handler)
		mux.Handle(at.path+"/{$}", at.handler) // no redirect, which not every probe follows
	}
}

// LivenessHandler answers 200 and "alive", or 500 and a line for each check and
// each heartbeat that fails.
//
// All handlers of this package answer GET and HEAD, and other methods with 405;
// their answers may not be stored. They read memory only, whatever state the
// checks are in. A line names the check and says what is wrong in words of the
// program, and never with the text of an error. Queries:
//
//   - ?verbose adds a line for each check
//   - ?exclude=name leaves a check out, and may be repeated
//
// An Accept header with application/health+json or application/json gets the
// same as JSON, each check with its status, since when, and why; error texts
// only as [WithDetails] allows.
func (h *Health) LivenessHandler() http.Handler {
	return &handler{h, Liveness, http.StatusInternalServerError}
}

// ReadinessHandler answers 200 and "ready", or 503 and a line for each check
// that fails, such as "database down". Mounted under a pattern with the
// wildcard {check}, it judges the check of that name alone, and answers 404
// when there is none. For the rest, see LivenessHandler.
func (h *Health) ReadinessHandler() http.Handler {
	return &handler{h, Readiness, http.StatusServiceUnavailable}
}

// StartupHandler answers 503 and a line for each startup check that has never
// passed, and, once there is none, 200 and "started". For the rest, see
// LivenessHandler.
func (h *Health) StartupHandler() http.Handler {
	return &handler{h, Startup, http.StatusServiceUnavailable}
}

type handler struct {
	health *Health
	kind   Kind
	bad    int // the status code when not all is well
}

func (p *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		answer(w, http.StatusMethodNotAllowed, typeText, []byte("method not allowed\n"))
		return
	}
	header.Set("Vary", "Accept")

	now := time.Now()
	var query url.Values
	if r.URL.RawQuery != "" {
		query = r.URL.Query()
	}
	var j judgement
	if name := r.PathValue(pathValue); name != "" {
		var found bool
		if j, found = p.health.judgeOne(p.kind, now, name); !found {
			answer(w, http.StatusNotFound, typeText, []byte("no such check\n"))
			return
		}
	} else {
		j = p.health.judge(p.kind, now, query["exclude"]...)
	}
	code := http.StatusOK
	if !j.ok {
		code = p.bad
	}
	if wantsJSON(r) {
		answer(w, code, typeJSON, j.json(p.health.cfg.allows(r)))
		return
	}
	answer(w, code, typeText, j.text(query.Has("verbose")))
}

// answer writes a body that is complete, so that a reader who is slow or gone
// holds nothing up.
func answer(w http.ResponseWriter, code int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	_, _ = w.Write(body) // who is gone needs no answer
}

func wantsJSON(r *http.Request) bool {
	for _, accept := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(accept, ",") {
			media, params, err := mime.ParseMediaType(part)
			if err == nil && (media == typeJSON || media == "application/json") && params["q"] != "0" {
				return true
			}
		}
	}
	return false
}
