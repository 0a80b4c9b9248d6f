package pprofx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
	"github.com/otelkv/otelkv/internal/tracefield"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/pprofx/internal/archive"
	"github.com/otelkv/otelkv/pprofx/internal/flight"
)

// Capture writes goroutines, heap, flight recorder, and then five seconds of CPU
// and of contended mutexes, into the directory, and returns the path of the first
// file; those of the others differ in the profile's name. Detail says why, in a
// few words that become part of the names; the trace id of ctx does, too. It
// blocks until all is written; when ctx is done before, the rest is left out. It
// waits two seconds longer than ctx for a disk that hangs.
//
// Within the cool-down of an earlier call it returns the path of that at once.
// The error is ErrNoDirectory, ErrClosed, or lists what could not be captured;
// with a path the rest was.
func (p *Profiler) Capture(ctx context.Context, detail string) (path string, err error) {
	if p == nil || p.archive == nil {
		return "", ErrNoDirectory
	}
	c, earlier := p.begin(ctx, reasonCall, detail, reasonWeights[reasonCall], kindGoroutine)
	if earlier != nil {
		return earlier.ID(), nil
	}
	written := make(chan error, 1)
	if !p.goes(func() { written <- c.run(ctx, true) }) {
		c.abandon()
		return "", ErrClosed
	}
	err, late := await(ctx, p.ended, written)
	return c.ID(), errors.Join(err, late)
}

// abandon is for a capture that will not run.
func (c *capture) abandon() {
	c.lost.Store(true)
	c.ended.Store(true)
}

// A capture is evidence that is being written.
type capture struct {
	*evidence
	p      *Profiler
	reason reason
	detail string
	ctx    context.Context //nolint:containedctx // names the trace, no more
	name   archive.Name    // of its files, but for Kind and Ext
	weight int64

	mu    sync.Mutex
	files []string
	errs  []error
}

// begin returns a capture that the caller has to run, or the earlier one that
// stands for it. It does no I/O. First is the file after which the evidence is
// called.
func (p *Profiler) begin(ctx context.Context, r reason, detail string, weight int64, first kind) (c *capture, earlier *evidence) {
	now := time.Now()
	e, mine := p.cooldowns[r].take(now, func() *evidence {
		c = p.newCapture(ctx, now, r, detail, weight)
		c.id = c.path(first)
		return c.evidence
	})
	if !mine {
		p.counts.captures[r][captureLinked].Add(1)
		return nil, e
	}
	return c, nil
}

// later captures everything in the background.
func (p *Profiler) later(ctx context.Context, r reason, detail string) {
	c, earlier := p.begin(ctx, r, detail, reasonWeights[r], kindGoroutine)
	if earlier != nil {
		return
	}
	// The capture lives as long as the Profiler, not as the caller's context: when
	// that is closed, it hands out what it has recorded so far.
	if !p.goes(func() { _ = c.run(context.WithoutCancel(ctx), false) }) {
		c.abandon()
	}
}

func (p *Profiler) newCapture(ctx context.Context, now time.Time, r reason, detail string, weight int64) *capture {
	n := archive.Name{Time: now, Reason: r.String()}
	if detail != "" {
		n.Reason += "-" + detail
	}
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		n.TraceID = span.TraceID().String()
	}
	return &capture{
		evidence: &evidence{until: now.Add(p.cfg.cooldown)},
		p:        p, reason: r, detail: detail, ctx: ctx, name: n, weight: weight,
	}
}

func (c *capture) named(k kind) archive.Name {
	n := c.name
	n.Kind, n.Ext = k.profile, k.ext
	return n
}

func (c *capture) path(k kind) string { return c.p.archive.Path(c.named(k), c.weight) }

// run captures everything: what shows the moment first, then what takes time.
func (c *capture) run(ctx context.Context, asked bool) error {
	start := time.Now()
	c.snapshot(ctx, kindGoroutine)
	if c.reason == reasonReadiness && c.p.report != nil {
		report, err := ask(context.WithoutCancel(ctx), c.p.report)
		c.keep(kindHealth, report, err)
	}
	c.snapshot(ctx, kindHeap)
	c.flight()
	if asked || c.p.profilers.Affords(c.p.cfg.captureTime) {
		c.record(ctx)
	}
	return c.end(start)
}

// record profiles the processor and, meanwhile, contention.
func (c *capture) record(ctx context.Context) {
	d := c.p.cfg.captureTime
	var deltas sync.WaitGroup
	defer deltas.Wait()
	for _, k := range []kind{kindMutex, kindBlock} {
		if k == kindMutex && c.p.cfg.mutexFraction == 0 || k == kindBlock && c.p.cfg.blockRate == 0 {
			continue
		}
		deltas.Go(func() {
			data, err := c.p.profilers.Delta(ctx, k.profile, d)
			c.keep(k, data, err)
		})
	}
	data, err := c.p.profilers.CPU(ctx, d)
	c.keep(kindCPU, data, err)
}

func (c *capture) snapshot(ctx context.Context, k kind) {
	data, err := c.p.profilers.Snapshot(ctx, k.profile, k.debug, false)
	c.keep(k, data, err)
}

// flight writes what the flight recorder has, with the trace id in it.
func (c *capture) flight() {
	if c.p.flight == nil {
		return
	}
	notes := []flight.Note{{Category: catalog.FieldReason, Text: c.name.Reason}}
	if c.name.TraceID != "" {
		notes = append(notes, flight.Note{Category: catalog.FieldTraceID, Text: c.name.TraceID})
	}
	end := time.Now()
	c.recorded.Store(&end) // no later than it is: who asks before has ended before
	snapshot, err := c.p.flight.Snapshot(notes...)
	c.keep(kindFlight, snapshot, err)
}

func (c *capture) keep(k kind, data []byte, err error) {
	if err != nil {
		c.done(k, "", err)
		return
	}
	c.write(k, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func (c *capture) write(k kind, write func(io.Writer) error) {
	path, err := c.p.write(c.ctx, c.named(k), c.weight, write)
	c.done(k, path, err)
}

// done notes one file: a path and an error are a file that is there.
func (c *capture) done(k kind, path string, err error) {
	c.p.counts.file(k.profile, path != "")
	if err != nil {
		c.p.logFailure(c.ctx, c.reason.String(), k.profile, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if path != "" {
		c.files = append(c.files, path)
	}
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("pprofx: %s: %w", k.profile, err))
	}
}

// end counts and logs the capture.
func (c *capture) end(start time.Time) error {
	defer c.ended.Store(true)
	c.mu.Lock()
	files, err := c.files, errors.Join(c.errs...)
	c.mu.Unlock()
	if len(files) == 0 {
		c.lost.Store(true)
		c.p.counts.captures[c.reason][captureFailed].Add(1)
		return err
	}
	c.p.counts.captures[c.reason][captureWritten].Add(1)
	c.p.log.Info(catalog.EvidenceCaptured,
		zap.Stringer(catalog.FieldReason, c.reason), zap.String(catalog.FieldDetail, c.detail), zap.Strings(catalog.FieldFiles, files),
		zap.Float64(catalog.FieldDurationMS, float64(time.Since(start))/float64(time.Millisecond)),
		tracefield.Context(c.ctx))
	return err
}

// logFailure writes a line now and then: a full disk stays full.
func (p *Profiler) logFailure(ctx context.Context, reason, profile string, err error) {
	if suppressed, ok := p.failures.Allow(); ok {
		p.log.Warn(catalog.EvidenceNotCaptured,
			zap.String(catalog.FieldReason, reason), zap.String(catalog.FieldProfile, profile), zap.Error(err),
			limiter.Field(suppressed), tracefield.Context(ctx))
	}
}
