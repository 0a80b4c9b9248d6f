// Package pprofx profiles a program in one line: over HTTP, closed to
// strangers, and into files that are there already when somebody looks for the
// cause of a slow minute.
//
//	p, err := pprofx.Start(
//		pprofx.WithAddress("127.0.0.1:6060"),
//		pprofx.WithDirectory("/var/lib/shop/profiles"),
//		pprofx.WithLogger(logger),
//	)
//	…
//	defer p.Close()
//
// # HTTP
//
// Under /debug/pprof/ there is what net/http/pprof has, for go tool pprof, go
// tool trace and scrapers: see [Profiler.Handler]. That package is not
// imported, and nothing is added to http.DefaultServeMux. A stranger gets
// nothing:
//
//   - The listener is a loopback address or a unix socket. Any other address is
//     refused unless there is a token ([WithToken]), with [ErrCredentials].
//   - The Host header must name this machine's loopback, the address that the
//     connection came in at, or a name of [WithHosts], so that no web page can
//     reach the listener by a DNS name of its own. Requests that a browser sends
//     for a page of another site are refused, too.
//   - Without a token, a request that did not come over loopback or a unix
//     socket, or whose headers name a proxy, is refused, wherever the handler is
//     mounted. A proxy on this machine that does not name itself cannot be told
//     from its user: set a token behind one.
//   - The command line, which may hold passwords, is not shown.
//   - Seconds, profiles at once, bytes in memory and the time that a client may
//     take to read are bounded. A profile is in memory before the first byte is
//     sent, so that a slow client holds up nobody.
//
// # Capture
//
// With a directory, evidence is written there: by [Profiler.Capture], after a slow
// operation ([Profiler.OnSlow]), when a health check begins to fail
// ([Profiler.OnTransition]), and when memory or goroutines near their limit
// ([WithMemory], [WithGoroutineLimit]). The names of the files hold the time, the
// profile, the reason and the trace id. To connect the other packages of this
// module:
//
//	instrument.WithOnSlow(func(ctx context.Context, s instrument.SlowOperation) string {
//		return p.OnSlow(ctx, s.Operation, s.Duration)
//	})
//	health.WithOnTransition(func(ctx context.Context, t health.Transition) {
//		p.OnTransition(ctx, pprofx.Transition{
//			Check: t.Name, Liveness: t.Kind&health.Liveness != 0, WasOK: t.From.OK(), OK: t.Status.OK(),
//		})
//	})
//	pprofx.WithLabels(instrument.ProfilerLabels{}) // CPU profiles that split by operation
//
// A reason that has left evidence leaves none again before its cool-down is
// over ([WithCooldown]); what happens meanwhile is linked to it. CPU profiles that
// nobody asked for stay within a share of the time ([WithBudget]). The directory
// is bounded in bytes and files ([WithDirectoryLimits]), and no file system is
// filled. Where a file cannot be written, that is counted and logged, and the
// program goes on.
//
// # Metrics
//
//   - pprofx.captures ({capture}), a counter, by pprofx.reason: call, slow,
//     readiness, liveness, memory, goroutines; and pprofx.outcome: written,
//     linked (to an earlier one, within the cool-down), failed (not a single file
//     was written)
//   - pprofx.files ({file}), a counter, by pprofx.profile: cpu, trace, flight,
//     heap, allocs, goroutine, mutex, block, threadcreate, goroutineleak, health,
//     custom; and pprofx.outcome: written, failed
//   - pprofx.requests ({request}), a counter, by pprofx.outcome: ok, invalid,
//     refused (a stranger), limited (too many at once), busy (a profiler in use),
//     failed, gone (the client)
//   - pprofx.recording.time (s), a counter, by pprofx.profile: how long cpu, trace,
//     mutex and block were recorded
//   - pprofx.log.dropped ({line}), a counter: log lines that the logger did not take
//
// # Log lines
//
// Nothing waits for the logger. While it does not return, up to 256 lines wait
// for it, each with the time at which it was made; further ones are dropped and
// counted.
//
//   - "evidence captured": reason, detail, files, duration_ms; at info, with the
//     trace of the operation
//   - "evidence not captured": reason, profile, error, suppressed; at warn, at most
//     one in ten minutes
//   - "profiles refused": client_ip, reason, suppressed; at warn, at most one a minute
//   - "flight recorder off": error; at warn, when the process has one already
//   - "profiles no longer served": error; at error
//   - "log lines dropped": dropped; at warn, when the logger goes on
package pprofx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
	"github.com/otelkv/otelkv/pprofx/internal/flight"
	"github.com/otelkv/otelkv/pprofx/internal/recorder"
)

// Errors of this package.
var (
	// ErrClosed is a call after Close.
	ErrClosed = errors.New("pprofx: closed")

	// ErrCredentials is an address that can be reached from other machines,
	// without a token to keep strangers out.
	ErrCredentials = errors.New("pprofx: credentials are needed")

	// ErrBusy is a profiler of the process that other code uses, or that cannot be
	// shared.
	ErrBusy = errors.New("pprofx: busy")

	// ErrNoDirectory is a file or a capture without WithDirectory.
	ErrNoDirectory = errors.New("pprofx: no directory")
)

// wrap returns what the recorder says as an error of this package.
func wrap(err error) error {
	var busy *recorder.BusyError
	switch {
	case errors.Is(err, recorder.ErrClosed):
		return ErrClosed
	case errors.As(err, &busy):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return fmt.Errorf("pprofx: %w", err)
}

// A Profiler serves profiles and captures evidence. Its methods are safe for
// concurrent use. A nil one captures and serves nothing, so that it can be
// connected before it is started: its Handler answers 404, and what returns a
// path fails with [ErrNoDirectory].
type Profiler struct {
	cfg      config
	recorder *recorder.Recorder
	archive  *archive.Archive         // nil without a directory
	flight   *flight.Recorder         // nil when off
	server   *server                  // nil without an address
	log      *outbox.Log              // what holds up a logger holds up nothing here
	report   *outbox.Function[[]byte] // nil without one
	memory   *outbox.Function[float64]
	slots    chan struct{} // one for each profile at once over HTTP
	handler  http.Handler

	links    [reasons]link
	counts   counts
	failures limiter
	refusals limiter
	meters   metric.Registration

	ctx    context.Context //nolint:containedctx // the life of the goroutines, which Close ends
	cancel context.CancelFunc

	mu      sync.Mutex // held to close, and to add to work
	closed  bool
	work    sync.WaitGroup
	ended   chan struct{} // closed when Close is done
	lastErr error
}

// Start returns a Profiler that serves and watches what the options say. The
// error lists every problem of the options, or says what could not be started;
// nothing runs then. It matches [ErrCredentials] for an address that strangers
// can reach.
//
// Close must be called.
func Start(opts ...Option) (*Profiler, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		if cfg.listener != nil {
			err = errors.Join(err, cfg.listener.Close())
		}
		return nil, err
	}
	p := &Profiler{
		cfg:      cfg,
		slots:    make(chan struct{}, cfg.maxConcurrent),
		failures: limiter{interval: 10 * time.Minute},
		refusals: limiter{interval: time.Minute},
		ended:    make(chan struct{}),
		log:      outbox.NewLog(cfg.logger),
		memory:   outbox.NewFunction(cfg.memory),
	}
	if cfg.report != nil {
		p.report = outbox.NewFunction(cfg.report)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.recorder = recorder.New(recorder.Options{
		Gates:         cfg.gates,
		MaxBytes:      maxProfileBytes,
		Share:         cfg.budget,
		Burst:         budgetBurst,
		MutexFraction: cfg.mutexFraction,
		BlockRate:     cfg.blockRate,
		OnSpent:       p.counts.spent,
	})
	p.handler = p.newHandler()
	if err := errors.Join(p.open(), p.observe(), p.listen()); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if p.archive != nil {
		p.goes(p.watch)
	}
	return p, nil
}

// open opens the directory and what writes to it.
func (p *Profiler) open() error {
	if p.cfg.dir == "" {
		return nil
	}
	a, err := archive.Open(p.cfg.dir, p.cfg.limits)
	if err != nil {
		return fmt.Errorf("pprofx: %w", err)
	}
	p.archive = a
	if p.cfg.flightAge == 0 {
		return nil
	}
	// Somebody else's flight recorder is no reason not to start: all other
	// evidence can be had.
	if p.flight, err = flight.Start(p.cfg.flightAge, p.cfg.flightBytes); err != nil {
		p.log.Warn(catalog.FlightRecorderOff, zap.Error(err))
	}
	return nil
}

// goes runs f in a goroutine that Close waits for, or not at all after Close.
func (p *Profiler) goes(f func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.work.Go(f)
	return true
}
