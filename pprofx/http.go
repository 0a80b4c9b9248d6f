package pprofx

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/origin"
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
// longest duration, or for which the server would not wait, 401 and 403 for strangers, 404, 409 with Retry-After
// while the CPU profiler is in use by other code or the tracer is in use, 429
// with Retry-After above the number at once, 500 for a profile that is too large.
// A profile extends the deadlines of its connection through [http.ResponseController], so
// what wraps the writer needs a method Unwrap; otherwise the server's WriteTimeout bounds the
// seconds.
// Requests for CPU profiles at the same time share one run, each with its own
// duration.
func (p *Profiler) Handler() http.Handler {
	if p == nil {
		return http.NotFoundHandler()
	}
	return p.handler
}

// Addr returns the address at which profiles are served, nil when they are not.
func (p *Profiler) Addr() net.Addr {
	if p == nil || p.server == nil {
		return nil
	}
	return p.server.listener.Addr()
}

func (p *Profiler) newHandler() *handler {
	return &handler{
		profilers: p.profilers, archive: p.archive, counts: &p.counts, slots: p.slots,
		longest: p.cfg.maxDuration, patience: p.cfg.clientTime, token: p.cfg.token != nil,
	}
}

func (p *Profiler) newGuard() *guard {
	return &guard{
		token: p.cfg.token, hosts: p.cfg.hosts, counts: &p.counts, log: p.log,
		refusals: limiter.Limiter{Interval: time.Minute},
	}
}

// listen opens the listener and serves on it.
func (p *Profiler) listen() error {
	l := p.cfg.listener
	if l == nil {
		if p.cfg.address == "" {
			return nil
		}
		var err error
		if l, err = listenAt(p.ctx, p.cfg.address, p.cfg.token != nil); err != nil {
			return err
		}
	}
	if p.cfg.token == nil && !origin.Private(l.Addr()) {
		return errors.Join(needsCredentials(l.Addr().String()), l.Close())
	}
	p.server = newServer(l, p.handler, p.cfg.clientTime, p.log)
	p.goes(p.server.serve)
	return nil
}
