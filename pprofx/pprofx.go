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

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
	"github.com/otelkv/otelkv/pprofx/internal/flight"
	"github.com/otelkv/otelkv/pprofx/internal/runtimeprof"
)

// A Profiler serves profiles and captures evidence. Its methods are safe for
// concurrent use. A nil one captures and serves nothing, so that it can be
// connected before it is started: its Handler answers 404, and what returns a
// path fails with [ErrNoDirectory].
type Profiler struct {
	cfg       config
	profilers *runtimeprof.Profilers
	archive   *archive.Archive         // nil without a directory
	flight    *flight.Recorder         // nil when off
	server    *server                  // nil without an address
	log       *outbox.Log              // what holds up a logger holds up nothing here
	report    *outbox.Function[[]byte] // nil without one
	memory    *outbox.Function[float64]
	slots     chan struct{} // one for each profile at once over HTTP
	handler   http.Handler

	cooldowns [reasons]cooldown
	counts    counts
	meters    metric.Registration

	failures, undeletable limiter.Limiter // of lines

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
		cfg:    cfg,
		slots:  make(chan struct{}, cfg.maxConcurrent),
		ended:  make(chan struct{}),
		log:    outbox.NewLog(cfg.logger),
		memory: outbox.NewFunction(cfg.memory),

		failures:    limiter.Limiter{Interval: 10 * time.Minute},
		undeletable: limiter.Limiter{Interval: 10 * time.Minute},
	}
	if cfg.report != nil {
		p.report = outbox.NewFunction(cfg.report)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.profilers = runtimeprof.New(runtimeprof.Options{
		Gates:         cfg.gates,
		MaxBytes:      maxProfileBytes,
		Share:         cfg.budget,
		Burst:         budgetBurst,
		MutexFraction: cfg.mutexFraction,
		BlockRate:     cfg.blockRate,
		OnSpent:       p.counts.spent,
	})
	err = errors.Join(p.open(), p.observe())
	p.handler = p.newGuard().around(p.newHandler().mux())
	if err = errors.Join(err, p.listen()); err != nil {
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

func (p *Profiler) observe() (err error) {
	p.meters, err = observe(p.cfg.meterProvider, &p.counts, p.log)
	return err
}
