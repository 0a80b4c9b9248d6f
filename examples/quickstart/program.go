package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

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
		warn(stderr, err)
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
	warn(stderr, err)
	return 1
}

// warn tells the user of an error in one line.
func warn(stderr io.Writer, err error) {
	fmt.Fprintln(stderr, "quickstart:", strings.ReplaceAll(err.Error(), "\n", "; "))
}

// serve puts the parts together, waits for ctx, and takes them apart in the
// opposite order, so that each can finish on what it stands on: the load stops,
// HTTP drains, the store closes, and the telemetry flushes what the others had
// to say.
func serve(ctx context.Context, c config, stderr io.Writer, options []otelsetup.Option) (sum totals, err error) {
	closing := func(end func() error) { err = errors.Join(err, end()) }

	// What can be refused comes first, while there is nothing to clean up.
	listener, err := c.listen.Listen(ctx, "quickstart", stderr)
	if err != nil {
		return sum, err
	}
	defer func() { _ = listener.Close() }() // if no server has done it
	profiling, err := listenProfiles(ctx, c.pprof, stderr)
	if err != nil {
		return sum, err
	}
	if profiling != nil {
		defer func() { _ = profiling.Close() }()
	}

	tel, err := otelsetup.Start(ctx, append(telemetryOptions(), options...)...)
	if err != nil {
		return sum, err
	}
	defer func() {
		// A receiver of traces that is down is no reason to fail.
		if e := tel.Shutdown(context.WithoutCancel(ctx)); e != nil {
			warn(stderr, e)
		}
	}()

	engine, dir, err := openStore(c.dir)
	if err != nil {
		return sum, err
	}
	defer closing(dir.Remove)

	// The shop is stocked below the telemetry, which then shows the load alone.
	lastOrder, err := stock(ctx, engine)
	if err != nil {
		return sum, errors.Join(err, engine.Close())
	}

	// The faults are below the instrumentation, where real ones would be.
	faulty := newFaultyStore(engine, c.fault)

	// This line is all that a program needs to be observed.
	store, err := instrument.Wrap(faulty, instrument.WithTelemetry(tel), instrument.WithSizes())
	if err != nil {
		return sum, errors.Join(err, engine.Close())
	}
	defer closing(store.Close)

	shop, err := newShop(store, lastOrder)
	if err != nil {
		return sum, err
	}
	health := startHealth(faulty, &shop.counts, tel.Logger())
	defer health.stop()

	web := program.ServeHTTP(listener, newMux(tel, health, faulty), longestAnswer, tel.Logger())
	defer web.Stop()
	profiles := startProfiles(ctx, profiling, tel.Logger())
	defer profiles.Stop()

	load := startLoad(shop, tel.TracerProvider(), c.rate)
	defer func() { sum = load.stop() }()

	greet(stderr, c, dir.Path, listener, profiling)
	tel.Logger().Info("started", zap.Stringer("listen", listener.Addr()), zap.Float64("rate", c.rate), zap.Stringer("fault", c.fault))
	select {
	case <-ctx.Done():
		tel.Logger().Info("stopping")
		return sum, nil
	case err := <-web.Failure():
		return sum, err
	case err := <-profiles.Failure():
		return sum, err
	}
}

// sampled is the share of requests that are traced, unless the environment
// says otherwise: enough for exemplars within seconds, little enough to see that
// most requests pay for none.
const sampled = 0.1

func telemetryOptions() []otelsetup.Option {
	options := []otelsetup.Option{otelsetup.WithServiceName("quickstart")}
	if strings.TrimSpace(os.Getenv("OTEL_TRACES_SAMPLER")) == "" {
		options = append(options, otelsetup.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(sampled))))
	}
	return options
}
