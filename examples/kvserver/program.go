package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
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
		program.Warn(stderr, "kvserver", err)
		return 2
	}
	limit := c.drain + program.Ending
	return program.Live(ctx, "kvserver", args, limit, func(ctx context.Context, life *program.Life) int {
		defer program.EndWithin(ctx, limit, "kvserver", stderr)()
		err := serve(ctx, c, life, stderr, options)
		interrupted := ctx.Err() != nil && errors.Is(err, context.Canceled) // while it started
		if err != nil && !interrupted {
			program.Warn(stderr, "kvserver", err)
			return fault.Status(err)
		}
		fmt.Fprintln(stderr, "kvserver: stopped")
		return 0
	})
}

// serve puts the parts together, waits for ctx, and drains: the server is not
// ready any more and serves on for a while, until load balancers have seen it.
// Then it takes the parts apart in the opposite order, so that each can finish
// on what it stands on: clients get their last replies, the store closes, and what
// observes them answers the last scrape and flushes what the others had to say.
func serve(ctx context.Context, c config, life *program.Life, stderr io.Writer, options []otelsetup.Option) (err error) {
	closing := func(end func() error) { err = errors.Join(err, end()) }

	// What can be refused comes first, while there is nothing to clean up.
	if c.has, err = newCapacity(int(c.memory), c.clients, descriptors(), c.engine); err != nil {
		return err
	}
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
	defer closing(func() error { return life.Last(dir.Remove) })
	bare, err := c.engine.open(ctx, openOptions{dir: dir.Path, sync: c.sync, has: c.has, target: c.target})
	switch {
	case err != nil && c.engine.remote:
		return err
	case err != nil:
		return openError(c.engine.name, dir.Path, err)
	}

	mux := c.newMux()
	obs, err := observe.Start(ctx, append(c.observed(dir.Path, options), observe.WithListener(web), observe.WithMux(mux))...)
	if err != nil {
		return errors.Join(c.pprof.ProfilesError(err), bare.Close())
	}
	defer func() {
		// A receiver of traces that is down, or a check that hangs, is no reason to fail.
		if e := obs.Shutdown(ctx); e != nil {
			program.Warn(stderr, "kvserver", e)
		}
	}()

	// With telemetry the store is wrapped, and the listener counts.
	var store kvdb.Store = bare
	faulty := fault.Program{Name: "kvserver", Calls: bare, Silent: !c.telemetry, Again: fault.Again(life)}
	if c.telemetry {
		wrapped, err := obs.Wrap(bare, instrument.WithLogOptions(instrument.LogOptions{Fields: clientFields}))
		if err != nil {
			return errors.Join(err, bare.Close())
		}
		store = wrapped
		faulty.Calls, faulty.Operations = wrapped, program.Operations(wrapped)
	}
	defer closing(func() error { return store.Close() })
	if c.telemetry {
		listener, err = instrument.CountConnections(listener, instrument.WithTelemetry(obs.Telemetry()))
	} else {
		err = obs.Health().Register(c.checks(dir.Path)(observe.StoreInfo{Store: bare})...)
	}
	if err != nil {
		return err
	}

	chooser := startTraces(obs.Telemetry().TracerProvider(), c.traces)
	defer chooser.stop()
	keys := newKeyspace(store, c.engine.name)
	server := startServer(listener, keys, c.has.limits(), newServerLog(obs.Logger()), chooser, c.about(listener))
	defer server.drain()
	faulty.Replica = func() {
		_ = obs.Health().Register(replication(bare).Every(checkInterval))
	}
	life.Keep("-listen", listener.Addr().String())
	life.Keep("-admin", web.Addr().String())
	life.KeepProfiles("-pprof", obs.Profiler())
	if c.engine.files {
		life.Keep("-dir", dir.Path)
	}
	faults, err := bare.Start(faulty, c.fault)
	if err != nil {
		return err
	}
	defer faults.Close() // with what hangs
	faults.Mount(mux, obs.Trusted, obs.Logger())

	defer boundHeap(server.budget, c.engine, c.has.engine())()

	if life.First() {
		greet(stderr, c, dir.Path, listener, obs, faults)
	}
	obs.Logger().Info(catalog.Started, zap.Stringer(catalog.FieldListen, listener.Addr()),
		zap.Stringer(catalog.FieldAdmin, web.Addr()), zap.String(catalog.FieldEngine, c.engine.name))
	select {
	case <-ctx.Done():
		obs.Logger().Info(catalog.Stopping)
		if life.Another() { // which is no end that load balancers are told of
			return nil
		}
		return obs.Drain(ctx)
	case err := <-server.failure():
		return err
	case err := <-obs.Failed():
		return err
	}
}

// observed returns the options that the command line decides. Without telemetry
// there are probes and profiles all the same, whose lines and metrics go nowhere.
func (c config) observed(dir string, options []otelsetup.Option) []observe.Option {
	observed := append(c.pprof.Profiles(dir),
		observe.WithServiceName("kvserver"),
		observe.WithStoreOptions(instrument.WithSizes()),
		observe.WithCheckInterval(checkInterval),
		observe.WithStoreChecks(c.checks(dir)),
		observe.WithDrain(c.drain),
		observe.WithShutdownTimeout(program.ShutdownTime),
	)
	options = append(options, c.fault.Options()...)
	if c.native {
		options = append(options, otelsetup.WithNativeHistograms())
	}
	if !c.telemetry {
		options = []otelsetup.Option{otelsetup.WithLogger(zap.NewNop()), otelsetup.WithoutProcessMetrics(), otelsetup.WithoutRuntimeMetrics()}
	}
	return append(observed, observe.WithTelemetryOptions(options...))
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
