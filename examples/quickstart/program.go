package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/otelsetup"
)

// run is the program: it returns the exit status once ctx is done. Tests add
// options to the telemetry.
func run(ctx context.Context, args []string, stderr io.Writer, options ...otelsetup.Option) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		program.Warn(stderr, "quickstart", err)
		return 2
	}
	sum, err := serve(ctx, c, stderr, options)
	switch {
	case err == nil:
		fmt.Fprintln(stderr, "quickstart: stopped after", sum)
		return 0
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "quickstart: stopped before the load began")
		return 0
	}
	program.Warn(stderr, "quickstart", err)
	return 1
}

// serve puts the parts together, waits for ctx, and drains: the program is not
// ready any more and serves on for a while. Then it takes the parts apart in the
// opposite order, so that each can finish on what it stands on: the load stops,
// HTTP finishes, the store closes, and the telemetry flushes what the others had
// to say.
func serve(ctx context.Context, c config, stderr io.Writer, options []otelsetup.Option) (sum totals, err error) {
	closing := func(end func() error) { err = errors.Join(err, end()) }

	// What can be refused comes first, while there is nothing to clean up.
	listener, err := c.listen.Listen(ctx, "quickstart", stderr)
	if err != nil {
		return sum, err
	}
	defer func() { _ = listener.Close() }() // if no server has done it

	tel, err := otelsetup.Start(ctx, append(telemetryOptions(), options...)...)
	if err != nil {
		return sum, err
	}
	defer func() {
		// A receiver of traces that is down is no reason to fail.
		if e := tel.Shutdown(context.WithoutCancel(ctx)); e != nil {
			program.Warn(stderr, "quickstart", e)
		}
	}()

	engine, dir, err := openStore(c.dir)
	if err != nil {
		return sum, err
	}
	defer closing(dir.Remove)

	// Evidence of what is slow, or fails, while it is: beside the store.
	profiles, err := program.StartProfiles(c.pprof, "quickstart", dir.Path, tel.Logger(), tel.MeterProvider(), stderr)
	if err != nil {
		return sum, errors.Join(err, engine.Close())
	}
	defer closing(profiles.Close)

	// The faults are below the instrumentation, where real ones would be.
	faulty := newFaultyStore(engine, c.fault)

	// This line is all that a program needs to be observed.
	store, err := instrument.Wrap(faulty, instrument.WithTelemetry(tel), instrument.WithSizes(), instrument.WithOnSlow(profiles.OnSlow))
	if err != nil {
		return sum, errors.Join(err, engine.Close())
	}
	defer closing(store.Close)

	stocked := make(chan struct{})
	probes, err := startHealth(tel, profiles, checks(faulty, store, stocked)...)
	if err != nil {
		return sum, err
	}
	defer func() {
		// A check that hangs is left behind, which is no reason to fail either.
		if e := probes.Close(); e != nil {
			program.Warn(stderr, "quickstart", e)
		}
	}()

	web := program.ServeHTTP(listener, newMux(tel, probes, faulty), time.Minute, tel.Logger())
	defer web.Stop()

	// The shop is stocked below the telemetry, which then shows the load alone.
	lastOrder, err := stock(ctx, engine)
	if err != nil {
		return sum, err
	}
	close(stocked)
	shop, err := newShop(store, lastOrder)
	if err != nil {
		return sum, err
	}
	loop, err := probes.Heartbeat("load", longestSilence)
	if err != nil {
		return sum, err
	}
	load := startLoad(shop, tel.TracerProvider(), c.rate, loop.Beat)
	defer func() { sum = load.stop() }()

	greet(stderr, c, dir.Path, listener, profiles)
	tel.Logger().Info("started", zap.Stringer("listen", listener.Addr()), zap.Float64("rate", c.rate), zap.Stringer("fault", c.fault))
	select {
	case <-ctx.Done():
		tel.Logger().Info("stopping")
		return sum, probes.Drain(context.WithoutCancel(ctx), c.drain)
	case err := <-web.Failure():
		return sum, err
	}
}

// sampled is the share of requests that are traced, unless the environment
// says otherwise: enough for exemplars within seconds, little enough to see that
// most requests pay for none.
const sampled = 0.1

func telemetryOptions() []otelsetup.Option {
	return []otelsetup.Option{
		otelsetup.WithServiceName("quickstart"),
		otelsetup.WithDefaultSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(sampled))),
	}
}
