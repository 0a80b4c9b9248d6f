package pprofx

import (
	"bytes"
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/archive"
)

//go:embed index.html
var indexText string

var indexPage = template.Must(template.New("index").Parse(indexText))

// shownCaptures is how many files the page lists: the last ones.
const shownCaptures = 50

var descriptions = map[string]string{
	"heap":          "memory in use, by where it was allocated",
	"allocs":        "all memory ever allocated, by where",
	"goroutine":     "all goroutines, by where they are",
	"goroutineleak": "goroutines that nothing can wake up any more",
	"mutex":         "waits for mutexes, by who held them; counted while it is recorded for some seconds, unless the program counts always",
	"block":         "waits for channels, locks and timers, by who waited; empty unless the program, or WithBlockRate, counts them",
	"threadcreate":  "what made the system's threads",
}

type indexData struct {
	URL      string
	Socket   string // the path of the unix socket that the request came in at
	Profiles []indexProfile
	Captures []archive.File
	Capture  bool // whether there is a directory
	Token    bool // whether it takes one
	Max      time.Duration
}

type indexProfile struct {
	Name, What string
	Count      int
}

// serveIndex shows what there is. The page loads and runs nothing.
func (h *handler) serveIndex(w http.ResponseWriter, r *http.Request) {
	d := indexData{URL: "http://" + r.Host + prefix, Max: h.longest, Capture: h.archive != nil, Token: h.token}
	if r.TLS != nil {
		d.URL = "https://" + r.Host + prefix
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.UnixAddr); ok {
		d.Socket = local.Name
	}
	for _, known := range pprof.Profiles() {
		name := known.Name()
		d.Profiles = append(d.Profiles, indexProfile{name, descriptions[name], known.Count()})
	}
	slices.SortFunc(d.Profiles, func(a, b indexProfile) int { return strings.Compare(a.Name, b.Name) })
	if d.Capture {
		d.Captures, _ = h.archive.List() // a page without them is better than none
		d.Captures = d.Captures[:min(len(d.Captures), shownCaptures)]
	}
	var page bytes.Buffer
	if err := indexPage.Execute(&page, d); err != nil {
		h.counts.requests[requestFailed].Add(1)
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	_, err := w.Write(page.Bytes())
	h.sent(err)
}

// serveCapture sends a file of the directory.
func (h *handler) serveCapture(w http.ResponseWriter, r *http.Request) {
	if h.archive == nil {
		h.refuse(w, http.StatusNotFound, "there is no directory: set one with WithDirectory")
		return
	}
	name := r.PathValue("file")
	f, err := h.archive.OpenFile(name)
	if err != nil {
		h.refuse(w, http.StatusNotFound, "no such file")
		return
	}
	defer func() { _ = f.Close() }()
	answer{file: name}.describe(w.Header())
	c := newClient(w, h.patience)
	http.ServeContent(c, r, "", time.Time{}, f)
	h.sent(c.err)
}

func (h *handler) sent(err error) {
	if err != nil {
		h.counts.requests[requestGone].Add(1)
		return
	}
	h.counts.requests[requestOK].Add(1)
}
