package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

const (
	scrapeSeries = 10_000

	// scrapeShare of the rounds is enough: a scrape is as long as a slice, and
	// there are only two subjects.
	scrapeShare = 4
)

// scrapes measures a scrape over HTTP, with gzip, of wrapped stores that
// together have 10,000 series, and of their mirror in a registry of
// client_golang. Both pages are served and read by this process.
func (s *session) scrapes() (_ row, err error) {
	page, err := newStoresPage(s.ctx)
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, page.close()) }()
	families, err := page.telemetry.PrometheusGatherer().Gather()
	if err != nil {
		return row{}, err
	}
	reg, err := mirror(families)
	if err != nil {
		return row{}, err
	}
	ours, err := serve(page.telemetry.MetricsHandler())
	if err != nil {
		return row{}, err
	}
	defer ours.close()
	theirs, err := serve(promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	if err != nil {
		return row{}, err
	}
	defer theirs.close()
	return s.compareScrapes(ours, theirs)
}

func (s *session) compareScrapes(ours, theirs *target) (row, error) {
	targets := []*target{ours, theirs}
	series := make([]int, len(targets))
	for i, t := range targets {
		var err error
		if series[i], err = t.series(s.ctx); err != nil {
			return row{}, err
		}
	}
	rounds := max(1, s.rounds/scrapeShare)
	samples := [2][]float64{make([]float64, rounds), make([]float64, rounds)}
	for round := range rounds {
		for _, i := range order(len(targets), round) {
			runtime.GC()
			elapsed, err := targets[i].time(s.ctx)
			if err != nil {
				return row{}, err
			}
			samples[i][round] = float64(elapsed)
		}
	}
	e, err := ratioOf(samples[0], samples[1])
	if err != nil {
		return row{}, err
	}
	r := e.row()
	r.Note = fmt.Sprintf("%d series against %d", series[0], series[1])
	return r, nil
}

// A storesPage is a page of metrics that wrapped stores fill.
type storesPage struct {
	telemetry *otelsetup.Telemetry
	stores    []kvdb.Store
}

func newStoresPage(ctx context.Context) (_ *storesPage, err error) {
	// Series of stores only: the runtime's and the process's do not grow with
	// the page, and their readings have a price of their own.
	tel, err := otelsetup.Start(ctx, otelsetup.WithServiceName("report"),
		otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics())
	if err != nil {
		return nil, err
	}
	p := &storesPage{telemetry: tel}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	for series := 0; series < scrapeSeries; {
		store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel),
			instrument.WithNamespace(fmt.Sprintf("store-%d", len(p.stores))))
		if err != nil {
			return nil, err
		}
		p.stores = append(p.stores, store)
		if err := exercise(ctx, store); err != nil {
			return nil, err
		}
		if series, err = p.series(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *storesPage) series(ctx context.Context) (int, error) {
	t, err := serve(p.telemetry.MetricsHandler())
	if err != nil {
		return 0, err
	}
	defer t.close()
	return t.series(ctx)
}

func (p *storesPage) close() error {
	var errs []error
	for _, s := range p.stores {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, p.telemetry.Shutdown(context.Background()))...)
}
