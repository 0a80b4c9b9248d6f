package pprofx

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/internal/outbox"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

const (
	scope      = catalog.ScopePprofx
	reasonKey  = attribute.Key(catalog.ProfileReason)
	profileKey = attribute.Key(catalog.ProfileName)
	outcomeKey = attribute.Key(catalog.ProfileOutcome)
)

// observe makes the instruments. Every series of captures and requests is there
// from the start, so that the first failure shows as an increase.
func observe(mp metric.MeterProvider, c *counts, log *outbox.Log) (metric.Registration, error) {
	meter := mp.Meter(scope)
	captures, err1 := meter.Int64ObservableCounter(catalog.ProfileCaptures.Name,
		metric.WithUnit(catalog.ProfileCaptures.Unit), metric.WithDescription(catalog.ProfileCaptures.Help))
	files, err2 := meter.Int64ObservableCounter(catalog.ProfileFiles.Name,
		metric.WithUnit(catalog.ProfileFiles.Unit), metric.WithDescription(catalog.ProfileFiles.Help))
	undeletable, err6 := meter.Int64ObservableGauge(catalog.ProfileFilesUndeletable.Name,
		metric.WithUnit(catalog.ProfileFilesUndeletable.Unit), metric.WithDescription(catalog.ProfileFilesUndeletable.Help))
	requests, err3 := meter.Int64ObservableCounter(catalog.ProfileRequests.Name,
		metric.WithUnit(catalog.ProfileRequests.Unit), metric.WithDescription(catalog.ProfileRequests.Help))
	recording, err4 := meter.Float64ObservableCounter(catalog.ProfileRecordingTime.Name,
		metric.WithUnit(catalog.ProfileRecordingTime.Unit), metric.WithDescription(catalog.ProfileRecordingTime.Help))
	dropped, err5 := meter.Int64ObservableCounter(catalog.ProfileLogDropped.Name,
		metric.WithUnit(catalog.ProfileLogDropped.Unit), metric.WithDescription(catalog.ProfileLogDropped.Help))
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		return nil, fmt.Errorf("pprofx: %w", err)
	}
	registration, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(dropped, log.Dropped())
		o.ObserveInt64(undeletable, c.undeletable.Load())
		for r := range c.captures {
			for i := range c.captures[r] {
				o.ObserveInt64(captures, c.captures[r][i].Load(), metric.WithAttributes(
					reasonKey.String(reasonNames[r]), outcomeKey.String(captureOutcomeNames[i])))
			}
		}
		for i := range c.requests {
			o.ObserveInt64(requests, c.requests[i].Load(), metric.WithAttributes(outcomeKey.String(requestOutcomeNames[i])))
		}
		for i, name := range profileNames {
			profile := profileKey.String(name)
			o.ObserveInt64(files, c.written[i].Load(), metric.WithAttributes(profile, outcomeKey.String("written")))
			o.ObserveInt64(files, c.failed[i].Load(), metric.WithAttributes(profile, outcomeKey.String("failed")))
			switch name {
			case "cpu", "trace", "mutex", "block":
				o.ObserveFloat64(recording, time.Duration(c.time[i].Load()).Seconds(), metric.WithAttributes(profile))
			}
		}
		return nil
	}, captures, files, undeletable, requests, recording, dropped)
	if err != nil {
		return nil, fmt.Errorf("pprofx: %w", err)
	}
	return registration, nil
}
