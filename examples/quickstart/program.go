package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// run is the program: it returns the exit status once ctx is done. Tests add
// options to the telemetry.
func run(ctx context.Context, args []string, stderr io.Writer, options ...otelsetup.Option) int {
	stderr = program.Console(stderr)
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		program.Warn(stderr, "quickstart", err)
		return 2
	}
	limit := c.drain + program.Ending
	return program.Live(ctx, "quickstart", args, limit, func(ctx context.Context, life *program.Life) int {
		defer program.EndWithin(ctx, limit, "quickstart", stderr)()
		sum, err := serve(ctx, c, life, stderr, options)
		switch {
		case err == nil:
			fmt.Fprintln(stderr, "quickstart: stopped after", sum)
			return 0
		case ctx.Err() != nil && errors.Is(err, context.Canceled):
			fmt.Fprintln(stderr, "quickstart: stopped before the load began")
			return 0
		}
		program.Warn(stderr, "quickstart", err)
		return fault.Status(err)
	})
}

// serve puts the parts together, waits for ctx, and drains: the program is not
// ready any more and serves on for a while. Then it takes the parts apart in the
// opposite order, so that each can finish on what it stands on: the load stops, the
// store closes, and what observes them answers the last scrape and flushes what the
// others had to say.
func serve(ctx context.Context, c config, life *program.Life, stderr io.Writer, options []otelsetup.Option) (sum totals, err error) {
	closing := func(end func() error) { err = errors.Join(err, end()) }

	// What can be refused comes first, while there is nothing to clean up.
	listener, err := c.listen.Listen(ctx, "quickstart", stderr)
	if err != nil {
		return sum, err
	}
	defer func() { _ = listener.Close() }() // if nothing has been served at it
	server, err := c.watched(ctx, life, listener.Addr())
	if err != nil {
		return sum, err
	}
	if server != nil {
		defer closing(func() error { return life.Last(server.Close) })
	}
	faulty, dir, err := c.openStore(ctx)
	if err != nil {
		return sum, err
	}
	defer closing(func() error { return life.Last(dir.Remove) })
	stocked := make(chan struct{})

	// This is all that a program needs to be observed, and to end well.
	mux := http.NewServeMux()
	obs, err := observe.Start(ctx, append(c.observed(dir.Path, options),
		observe.WithListener(listener), observe.WithMux(mux), observe.WithChecks(startup(stocked)))...)
	if err != nil {
		return sum, errors.Join(c.pprof.ProfilesError(err), faulty.Close())
	}
	defer func() {
		// A receiver of traces that is down, or a check that hangs, is no reason to fail.
		if e := obs.Shutdown(ctx); e != nil {
			program.Warn(stderr, "quickstart", e)
		}
	}()
	// The faults are below the instrumentation, where real ones would be.
	store, err := obs.Wrap(faulty, instrument.WithSizes())
	if err != nil {
		return sum, errors.Join(err, faulty.Close())
	}
	defer closing(store.Close)

	// The shop is stocked below the telemetry, which then shows the load alone.
	lastOrder, err := stock(ctx, faulty.Unwrap(), keys(c.engine.prefix))
	if err != nil {
		return sum, err
	}
	close(stocked)
	shop, err := newShop(store, keys(c.engine.prefix), lastOrder)
	if err != nil {
		return sum, err
	}
	loop, err := obs.Health().Heartbeat("load", longestSilence)
	if err != nil {
		return sum, err
	}
	life.Keep("-listen", obs.Addr().String())
	life.Keep("-dir", dir.Path)
	life.KeepProfiles("-pprof", obs.Profiler())
	faults, err := faulty.Start(fault.Program{
		Name: "quickstart", Calls: store, Operations: program.Operations(store), OwnLoad: true, Again: fault.Again(life),
		Replica: func() { _ = obs.Health().Register(replication(faulty)) },
	}, c.fault)
	if err != nil {
		return sum, err
	}
	load := startLoad(shop, obs.Telemetry().TracerProvider(), c.rate, loop.Beat, faults.Idle)
	defer func() { sum = load.stop() }()
	defer faults.Close() // with what hangs
	addPages(mux, c.engine, faults, obs, server)

	if life.First() {
		greet(stderr, c, dir.Path, obs, faults, server)
	}
	obs.Logger().Info(catalog.Started, zap.Stringer(catalog.FieldListen, obs.Addr()),
		zap.Float64(catalog.FieldRate, c.rate), zap.Stringer(catalog.FieldFault, c.fault))
	select {
	case <-ctx.Done():
		obs.Logger().Info(catalog.Stopping)
		if life.Another() { // which is no end that load balancers are told of
			return sum, nil
		}
		return sum, obs.Drain(ctx)
	case err := <-obs.Failed():
		return sum, err
	}
}

// sampled is the share of requests that are traced, unless the environment
// says otherwise: enough for exemplars within seconds, little enough to see that
// most requests pay for none.
const sampled = 0.1

// observed returns the options that the command line decides.
func (c config) observed(dir string, options []otelsetup.Option) []observe.Option {
	if c.native {
		options = append(options, otelsetup.WithNativeHistograms())
	}
	options = append(options, c.fault.Options()...)
	return append(c.pprof.Profiles(dir),
		observe.WithServiceName("quickstart"),
		observe.WithTelemetryOptions(otelsetup.WithDefaultSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(sampled)))),
		observe.WithTelemetryOptions(options...),
		observe.WithCheckInterval(checkEvery),
		observe.WithStoreChecks(c.storeChecks),
		observe.WithDrain(c.drain),
		observe.WithShutdownTimeout(program.ShutdownTime),
	)
}
