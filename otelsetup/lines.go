package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
	"github.com/otelkv/otelkv/otelsetup/internal/logcore"
)

// startLines sets what the lines go to: those of the log, and what is for
// standard error.
func (t *Telemetry) startLines(c *config) {
	t.stderr = linewriter.New(os.Stderr, linewriter.Options{})
	t.steps = append(t.steps, step{name: "standard error", log: true, run: func(ctx context.Context) error {
		_ = t.stderr.Close(ctx) // there is nobody left to tell
		return nil
	}})
	if c.logger != nil {
		return
	}
	out := io.Writer(os.Stdout)
	if c.logWriter != nil {
		out = c.logWriter
	}
	t.lines = linewriter.New(out, linewriter.Options{Notice: logcore.LostLine})
	t.steps = append(t.steps, step{name: "the logger", run: t.closeLines, log: true})
}

// closeLines leaves itself the time to say what is lost.
func (t *Telemetry) closeLines(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)*9/10)
		defer cancel()
	}
	return t.lines.Close(ctx)
}

// The reasons for which a line is not in the log.
var (
	lostStalled = metric.WithAttributeSet(attribute.NewSet(attribute.String(catalog.LogReason, catalog.OutputStalled)))
	lostFailed  = metric.WithAttributeSet(attribute.NewSet(attribute.String(catalog.LogReason, catalog.OutputFailed)))
	sampledOut  = metric.WithAttributeSet(attribute.NewSet(attribute.String(catalog.LogReason, catalog.Sampling)))
)

// observeLines makes the metrics of the log.
func (t *Telemetry) observeLines(meter metric.Meter) error {
	if t.lines == nil {
		return nil
	}
	dropped, err := meter.Int64ObservableCounter(catalog.LogDropped.Name,
		metric.WithUnit(catalog.LogDropped.Unit), metric.WithDescription(catalog.LogDropped.Help))
	stalls, err2 := meter.Int64ObservableCounter(catalog.LogStalls.Name,
		metric.WithUnit(catalog.LogStalls.Unit), metric.WithDescription(catalog.LogStalls.Help))
	waiting, err3 := meter.Int64ObservableGauge(catalog.LogQueueSize.Name,
		metric.WithUnit(catalog.LogQueueSize.Unit), metric.WithDescription(catalog.LogQueueSize.Help))
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		r := t.lines.Report()
		o.ObserveInt64(dropped, int64(r.LostStalled), lostStalled)
		o.ObserveInt64(dropped, int64(r.LostFailed), lostFailed)
		if t.core.Sampled() {
			o.ObserveInt64(dropped, int64(t.core.Dropped()), sampledOut)
		}
		o.ObserveInt64(stalls, int64(r.Stalls))
		o.ObserveInt64(waiting, int64(r.Waiting))
		return nil
	}, dropped, stalls, waiting)
	return err
}

// lossIsNews is for how long [Telemetry.CheckLog] tells of lost lines.
const lossIsNews = time.Minute

// CheckLog returns an error while the output of the logger takes nothing or
// fails, and for a minute after lines were lost; nil when all is well, and for a
// logger of [WithLogger]. It does not block. It is meant to be the Run of a check
// of package health that is Advisory: traffic that goes elsewhere does not mend a
// log.
func (t *Telemetry) CheckLog(context.Context) error {
	if t == nil || t.lines == nil {
		return nil
	}
	r := t.lines.Report()
	lost := r.Lost()
	switch {
	case r.Err != nil:
		return fmt.Errorf("the output of the log fails, %d lines wait, %d are lost: %w", r.Waiting, lost, r.Err)
	case r.Stalled:
		return fmt.Errorf("the output of the log has taken nothing for %v, %d lines wait, %d are lost", r.Idle.Round(time.Millisecond), r.Waiting, lost)
	case lost > 0 && time.Since(r.LastLoss) < lossIsNews:
		return fmt.Errorf("%d lines of the log are lost, the last one %v ago", lost, time.Since(r.LastLoss).Round(time.Second))
	}
	return nil
}
