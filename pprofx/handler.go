package pprofx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/archive"
	"github.com/otelkv/otelkv/pprofx/internal/runtimeprof"
)

// Defaults of net/http/pprof.
const (
	usualCPU   = 30 * time.Second
	usualTrace = time.Second
)

// A handler records what a request asks for, and sends it.
type handler struct {
	profilers *runtimeprof.Profilers
	archive   *archive.Archive // nil without a directory
	counts    *counts
	slots     chan struct{} // one for each profile at once
	longest   time.Duration // that a profile is recorded
	patience  time.Duration // with a client, for each chunk
	token     bool          // whether one is needed
}

func (h *handler) mux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, prefix, http.StatusFound) })
	mux.HandleFunc("GET "+prefix+"{$}", h.serveIndex)
	mux.HandleFunc("GET "+prefix+"profile", h.serveCPU)
	mux.HandleFunc("GET "+prefix+"trace", h.serveTrace)
	mux.HandleFunc("GET "+prefix+"captures/{file}", h.serveCapture)
	mux.HandleFunc("GET "+prefix+"symbol", serveSymbol)
	mux.HandleFunc("POST "+prefix+"symbol", serveSymbol)
	mux.HandleFunc("GET "+prefix+"cmdline", func(w http.ResponseWriter, _ *http.Request) {
		h.refuse(w, http.StatusNotFound, "the command line is not shown: it may hold passwords")
	})
	mux.HandleFunc("GET "+prefix+"{profile...}", h.serveProfile)
	return mux
}

func (h *handler) serveCPU(w http.ResponseWriter, r *http.Request) {
	d, err := h.seconds(r, usualCPU)
	if err != nil {
		h.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	h.serve(w, r, answer{file: "profile", lasts: d, record: func(ctx context.Context) ([]byte, error) {
		return h.profilers.CPU(ctx, d)
	}})
}

func (h *handler) serveTrace(w http.ResponseWriter, r *http.Request) {
	d, err := h.seconds(r, usualTrace)
	if err != nil {
		h.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	h.serve(w, r, answer{file: "trace", lasts: d, record: func(ctx context.Context) ([]byte, error) {
		return h.profilers.Trace(ctx, d)
	}})
}

// serveProfile answers for a profile of runtime/pprof.
func (h *handler) serveProfile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("profile")
	query := r.URL.Query()
	debug, _ := strconv.Atoi(query.Get("debug"))
	switch {
	case pprof.Lookup(name) == nil:
		h.refuse(w, http.StatusNotFound, "unknown profile")
	case query.Get("seconds") == "":
		gc, _ := strconv.Atoi(query.Get("gc"))
		h.serve(w, r, answer{file: name, text: debug != 0, record: func(ctx context.Context) ([]byte, error) {
			return h.profilers.Snapshot(ctx, name, debug, name == "heap" && gc > 0)
		}})
	case debug != 0:
		h.refuse(w, http.StatusBadRequest, "seconds and debug exclude each other")
	default:
		d, err := h.seconds(r, 0)
		if err != nil {
			h.refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		h.serve(w, r, answer{file: name + "-delta", lasts: d, record: func(ctx context.Context) ([]byte, error) {
			return h.profilers.Delta(ctx, name, d)
		}})
	}
}

// seconds returns for how long a request wants to record.
func (h *handler) seconds(r *http.Request, usual time.Duration) (time.Duration, error) {
	text := r.URL.Query().Get("seconds")
	if text == "" {
		return min(usual, h.longest), nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0 && n <= h.longest.Seconds()) {
		return 0, fmt.Errorf("seconds is %q: use a number above 0, at most %v", text, h.longest.Seconds())
	}
	return time.Duration(n * float64(time.Second)), nil
}

// serve records one answer and sends it, unless too many are under way.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, a answer) {
	c := newClient(w, h.patience)
	if err := c.timeToAnswer(r, a.lasts); err != nil {
		h.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		h.counts.requests[requestLimited].Add(1)
		w.Header().Set("Retry-After", "5")
		fail(w, http.StatusTooManyRequests, fmt.Sprintf("%d profiles are under way already", cap(h.slots)))
		return
	}
	if r.Method == http.MethodHead {
		a.describe(w.Header())
		h.counts.requests[requestOK].Add(1)
		return
	}
	_ = c.allow(a.lasts)
	data, err := a.record(r.Context())
	if err == nil {
		a.describe(w.Header())
		h.sent(c.send(data))
		return
	}
	_ = c.allow(0)
	var busy *runtimeprof.BusyError
	switch {
	case r.Context().Err() != nil:
		h.counts.requests[requestGone].Add(1)
	case errors.As(err, &busy):
		h.counts.requests[requestBusy].Add(1)
		w.Header().Set("Retry-After", strconv.Itoa(int(busy.RetryAfter.Seconds()+1)))
		fail(w, http.StatusConflict, err.Error())
	case errors.Is(err, runtimeprof.ErrClosed):
		h.refuse(w, http.StatusServiceUnavailable, "the profiler is closed")
	default:
		h.counts.requests[requestFailed].Add(1)
		fail(w, http.StatusInternalServerError, err.Error())
	}
}

// refuse answers a request that asks for what there is not.
func (h *handler) refuse(w http.ResponseWriter, status int, why string) {
	h.counts.requests[requestInvalid].Add(1)
	fail(w, status, why)
}
