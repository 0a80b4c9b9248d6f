package pprofx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/otelkv/otelkv/pprofx/internal/recorder"
)

const prefix = "/debug/pprof/"

// Defaults of net/http/pprof.
const (
	usualCPU   = 30 * time.Second
	usualTrace = time.Second
)

// Handler returns what serves profiles under /debug/pprof/, to be mounted there
// without a prefix taken off; [WithAddress] serves it, too. It answers GET and
// HEAD, and refuses strangers as the package comment says.
//
//   - /debug/pprof/ is a page for people
//   - profile?seconds=30 is a CPU profile
//   - trace?seconds=1 is an execution trace
//   - heap, allocs, goroutine, mutex, block, threadcreate, goroutineleak where the
//     toolchain has it, and profiles of the program's own; ?debug=1 and ?debug=2
//     are text, ?seconds=10 is what was gained meanwhile, heap?gc=1 collects first
//   - symbol, also with POST, names functions for old versions of pprof
//   - captures/NAME is a file of the directory
//
// Answers besides 200: 400 for seconds that are no number above 0 or above the
// longest duration, 401 and 403 for strangers, 404, 409 with Retry-After
// while the CPU profiler is in use by other code or the tracer is in use, 429
// with Retry-After above the number at once, 500 for a profile that is too large.
// Requests for CPU profiles at the same time share one run, each with its own
// duration.
func (p *Profiler) Handler() http.Handler {
	if p == nil {
		return http.NotFoundHandler()
	}
	return p.handler
}

func (p *Profiler) newHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+prefix+"{$}", p.serveIndex)
	mux.HandleFunc("GET "+prefix+"profile", p.serveCPU)
	mux.HandleFunc("GET "+prefix+"trace", p.serveTrace)
	mux.HandleFunc("GET "+prefix+"captures/{file}", p.serveCapture)
	mux.HandleFunc("GET "+prefix+"symbol", serveSymbol)
	mux.HandleFunc("POST "+prefix+"symbol", serveSymbol)
	mux.HandleFunc("GET "+prefix+"cmdline", func(w http.ResponseWriter, _ *http.Request) {
		p.refuse(w, http.StatusNotFound, "the command line is not shown: it may hold passwords")
	})
	mux.HandleFunc("GET "+prefix+"{profile...}", p.serveProfile)
	return p.guard(mux)
}

func (p *Profiler) serveCPU(w http.ResponseWriter, r *http.Request) {
	d, err := p.seconds(r, usualCPU)
	if err != nil {
		p.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	p.serve(w, r, answer{file: "profile", lasts: d, record: func(ctx context.Context) ([]byte, error) {
		return p.recorder.CPU(ctx, d)
	}})
}

func (p *Profiler) serveTrace(w http.ResponseWriter, r *http.Request) {
	d, err := p.seconds(r, usualTrace)
	if err != nil {
		p.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	p.serve(w, r, answer{file: "trace", lasts: d, record: func(ctx context.Context) ([]byte, error) {
		return p.recorder.Trace(ctx, d)
	}})
}

// serveProfile answers for a profile of runtime/pprof.
func (p *Profiler) serveProfile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("profile")
	query := r.URL.Query()
	debug, _ := strconv.Atoi(query.Get("debug"))
	switch {
	case pprof.Lookup(name) == nil:
		p.refuse(w, http.StatusNotFound, "unknown profile")
	case query.Get("seconds") == "":
		gc, _ := strconv.Atoi(query.Get("gc"))
		p.serve(w, r, answer{file: name, text: debug != 0, record: func(ctx context.Context) ([]byte, error) {
			return p.recorder.Snapshot(ctx, name, debug, name == "heap" && gc > 0)
		}})
	case debug != 0:
		p.refuse(w, http.StatusBadRequest, "seconds and debug exclude each other")
	default:
		d, err := p.seconds(r, 0)
		if err != nil {
			p.refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		p.serve(w, r, answer{file: name + "-delta", lasts: d, record: func(ctx context.Context) ([]byte, error) {
			return p.recorder.Delta(ctx, name, d)
		}})
	}
}

// seconds returns for how long a request wants to record.
func (p *Profiler) seconds(r *http.Request, usual time.Duration) (time.Duration, error) {
	text := r.URL.Query().Get("seconds")
	if text == "" {
		return min(usual, p.cfg.maxDuration), nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0 && n <= p.cfg.maxDuration.Seconds()) {
		return 0, fmt.Errorf("seconds is %q: use a number above 0, at most %v", text, p.cfg.maxDuration.Seconds())
	}
	return time.Duration(n * float64(time.Second)), nil
}

// serve records one answer and sends it, unless too many are under way.
func (p *Profiler) serve(w http.ResponseWriter, r *http.Request, a answer) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	default:
		p.counts.requests[requestLimited].Add(1)
		w.Header().Set("Retry-After", "5")
		fail(w, http.StatusTooManyRequests, fmt.Sprintf("%d profiles are under way already", cap(p.slots)))
		return
	}
	if r.Method == http.MethodHead {
		a.describe(w.Header())
		p.counts.requests[requestOK].Add(1)
		return
	}
	c := newClient(w, p.cfg.clientTime)
	c.allow(a.lasts)
	data, err := a.record(r.Context())
	if err == nil {
		a.describe(w.Header())
		p.sent(c.send(data))
		return
	}
	c.allow(0)
	var busy *recorder.BusyError
	switch {
	case r.Context().Err() != nil:
		p.counts.requests[requestGone].Add(1)
	case errors.As(err, &busy):
		p.counts.requests[requestBusy].Add(1)
		w.Header().Set("Retry-After", strconv.Itoa(int(busy.RetryAfter.Seconds()+1)))
		fail(w, http.StatusConflict, err.Error())
	case errors.Is(err, recorder.ErrClosed):
		p.refuse(w, http.StatusServiceUnavailable, "the profiler is closed")
	default:
		p.counts.requests[requestFailed].Add(1)
		fail(w, http.StatusInternalServerError, err.Error())
	}
}

// refuse answers a request that asks for what there is not.
func (p *Profiler) refuse(w http.ResponseWriter, status int, why string) {
	p.counts.requests[requestInvalid].Add(1)
	fail(w, status, why)
}

// fail answers so that go tool pprof shows the text.
func fail(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Go-Pprof", "1")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}
