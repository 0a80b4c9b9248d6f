package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
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
		program.Warn(stderr, "kvserver", err)
		return 2
	}
	err = serve(ctx, c, stderr, options)
	interrupted := ctx.Err() != nil && errors.Is(err, context.Canceled) // while it started
	if err != nil && !interrupted {
		program.Warn(stderr, "kvserver", err)
		return 1
	}
	fmt.Fprintln(stderr, "kvserver: stopped")
	return 0
}

// serve puts the parts together, waits for ctx, and drains: the server is not
// ready any more and serves on for a while, until load balancers have seen it.
// Then it takes the parts apart in the opposite order, so that each can finish
// on what it stands on: clients get their last replies, HTTP finishes, the store
// closes, and the telemetry flushes what the others had to say.
func serve(ctx context.Context, c config, stderr io.Writer, options []otelsetup.Option) (err error) {
	closing := func(end func() error) { err = errors.Join(err, end()) }

	// What can be refused comes first, while there is nothing to clean up.
	listener, err := c.listen.Listen(ctx, "kvserver", stderr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // if the server has not done it
	web, err := c.admin.Listen(ctx, "kvserver", stderr)
	if err != nil {
		return err
	}
	defer func() { _ = web.Close() }()
	dir, err := c.directory()
	if err != nil {
		return err
	}
	defer closing(dir.Remove)
	bare, err := c.engine.open(dir.Path, c.sync)
	if err != nil {
		return openError(c.engine.name, dir.Path, err)
	}

	// With telemetry these are more than they are without: the store is wrapped,
	// the listener counts, and two more things are checked.
	store, logger, meters := bare, zap.NewNop(), metric.MeterProvider(noop.NewMeterProvider())
	checks := checks(bare, dir.Path)
	var tel *otelsetup.Telemetry
	if c.telemetry {
		tel, err = otelsetup.Start(ctx, append([]otelsetup.Option{otelsetup.WithServiceName("kvserver")}, options...)...)
		if err != nil {
			return errors.Join(err, bare.Close())
		}
		defer func() {
			// A receiver of traces that is down is no reason to fail.
			if e := tel.Shutdown(context.WithoutCancel(ctx)); e != nil {
				program.Warn(stderr, "kvserver", e)
			}
		}()
		logger, meters = tel.Logger(), tel.MeterProvider()
	}
	profiles, err := program.StartProfiles(c.pprof, "kvserver", dir.Path, logger, meters, stderr)
	if err != nil {
		return errors.Join(err, bare.Close())
	}
	defer closing(profiles.Close)
	if c.telemetry {
		lines := instrument.WithLogOptions(instrument.LogOptions{Fields: clientFields})
		wrapped, err := instrument.Wrap(bare, instrument.WithTelemetry(tel), instrument.WithSizes(),
			instrument.WithOnSlow(profiles.OnSlow), lines)
		if err != nil {
			return errors.Join(err, bare.Close())
		}
		store, checks = wrapped, append(checks, operations(wrapped), program.LogCheck(tel, checkInterval))
		if listener, err = instrument.CountConnections(listener, instrument.WithTelemetry(tel)); err != nil {
			return errors.Join(err, store.Close())
		}
	}
	defer closing(store.Close)

	probes, err := startHealth(logger, meters, profiles, checks)
	if err != nil {
		return err
	}
	defer func() {
		// A check that hangs is left behind, which is no reason to fail either.
		if e := probes.Close(); e != nil {
			program.Warn(stderr, "kvserver", e)
		}
	}()
	admin := program.ServeHTTP(web, newMux(tel, probes), time.Minute, logger)
	defer admin.Stop()

	server := startServer(listener, newKeyspace(store, c.engine.name), defaultLimits, newServerLog(logger), c.about(listener))
	defer server.drain()

	greet(stderr, c, dir.Path, listener, web, profiles)
	logger.Info("started", zap.Stringer("listen", listener.Addr()), zap.Stringer("admin", web.Addr()), zap.String("engine", c.engine.name))
	select {
	case <-ctx.Done():
		logger.Info("stopping")
		return probes.Drain(context.WithoutCancel(ctx), c.drain)
	case err := <-server.failure():
		return err
	case err := <-admin.Failure():
		return err
	}
}

func (c config) directory() (program.Directory, error) {
	if !c.engine.files {
		return program.Directory{}, nil
	}
	return program.OpenDirectory(c.dir, "otelkv-kvserver-")
}

func (c config) about(l net.Listener) about {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return about{
		engine: c.engine.name, namespace: namespace, sync: c.sync && c.engine.files, telemetry: c.telemetry,
		port: port, started: time.Now(),
	}
}
