// Lossy is a program whose telemetry has what no fault of the examples makes: metrics that are
// there twice, a part of the page that fails, a callback that does, more lines than fit into a
// queue, and stores that are gone before anybody has read their last values. It takes the flags of
// quickstart that the proofs start programs with.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

// Each turn has as many lines and stores, of which 64 are kept until they are read.
const (
	every  = 500 * time.Millisecond
	lines  = 10
	stores = 80
)

func main() { os.Exit(status()) }

func status() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lossy:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("lossy", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "the `address` of /metrics")
	passed := flags.Int("stores", stores, "how `many` stores are closed at a time")
	native := flags.Bool("native", false, "native histograms, too")
	for _, name := range []string{"pprof", "drain", "rate"} {
		flags.String(name, "", "is not looked at")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	options := []otelsetup.Option{otelsetup.WithServiceName("lossy")}
	if *native {
		options = append(options, otelsetup.WithNativeHistograms())
	}
	tel, err := otelsetup.Start(ctx, options...)
	if err != nil {
		return err
	}
	defer func() { _ = tel.Shutdown(context.WithoutCancel(ctx)) }()
	if err := failing(tel); err != nil {
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", *listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: tel.MetricsHandler(gauge("lossy_twice"), gauge("lossy_twice"), broken{}, &mended{Gatherer: gauge("lossy_twice")}), ReadHeaderTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	fmt.Fprintf(os.Stderr, "lossy: metrics at http://%s/metrics. Stop with Ctrl-C.\n", listener.Addr())
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-tick.C:
		}
		for range lines {
			tel.Logger().Info("too much")
		}
		for i := range *passed {
			if err := passing(tel, i); err != nil {
				return err
			}
		}
	}
}

// passing is a store that is closed at once, with few series.
func passing(tel *otelsetup.Telemetry, i int) error {
	info := kvdb.Info{System: "lossy", Namespace: fmt.Sprint("passing-", i)}
	s, err := instrument.NewRecorder(info, []string{"get"}, instrument.WithTelemetry(tel))
	if err != nil {
		return err
	}
	return s.Close()
}

// failing has a callback that does.
func failing(tel *otelsetup.Telemetry) error {
	_, err := tel.MeterProvider().Meter("lossy").Int64ObservableGauge("lossy.failing", metric.WithInt64Callback(
		func(context.Context, metric.Int64Observer) error { return errors.New("no value") }))
	return err
}

// gauge is a metric of the program.
func gauge(name string) prometheus.Gatherer {
	r := prometheus.NewRegistry()
	r.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "Of the program"}))
	return r
}

// mended has its metric on the first pages only.
type mended struct {
	prometheus.Gatherer
	pages atomic.Int32
}

// Gather implements prometheus.Gatherer.
func (m *mended) Gather() ([]*dto.MetricFamily, error) {
	if m.pages.Add(1) > 3 {
		return nil, nil
	}
	return m.Gatherer.Gather()
}

// broken is a part of the page that fails.
type broken struct{}

// Gather implements prometheus.Gatherer.
func (broken) Gather() ([]*dto.MetricFamily, error) { return nil, errors.New("broken") }
