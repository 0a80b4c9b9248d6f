// Redisclient makes the calls of one kind of client, for the report, which compares several: each
// number on a line of its input is that many gets, of which it then prints a line.
//
//	go run ./benchmarks/redisclient -kind hook -address 127.0.0.1:6379
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"github.com/redis/go-redis/v9"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/benchmarks/internal/redisrival"
	"github.com/otelkv/otelkv/instrument"
)

func main() {
	kind := flag.String("kind", redisrival.Bare, "one of those of package redisrival")
	address := flag.String("address", "127.0.0.1:6379", "of the Redis server")
	flag.Parse()
	if err := run(context.Background(), *kind, *address, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "redisclient:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kind, address string, in io.Reader, out io.Writer) (err error) {
	client, err := redisrival.Open(kind, &redis.Options{Addr: address, PoolSize: 1}, telemetry())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	key := string(benchmarks.Key)
	if err := client.Put(ctx, key, "a value of some sixty-four bytes, as those of the other rows are"); err != nil {
		return fmt.Errorf("putting the key: %w", err)
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		allocations, bytes, err := gets(ctx, client, key, n)
		if err != nil {
			return fmt.Errorf("get: %w", err)
		}
		if _, err := fmt.Fprintln(out, allocations, bytes); err != nil {
			return err
		}
	}
	return nil
}

// gets makes n of them, and returns what the process allocated meanwhile.
func gets(ctx context.Context, client *redisrival.Client, key string, n int) (allocations, bytes uint64, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		if err := client.Get(ctx, key); err != nil {
			return 0, 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc, nil
}

// telemetry samples no trace, and has readers that nobody asks, so that their work is not in the numbers.
func telemetry() redisrival.Telemetry {
	registry := instrument.NewRegistry()
	reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(registry.NewProducer()))
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	return redisrival.Telemetry{
		Registry: registry, Meters: sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), Tracers: benchmarks.NewTracerProvider(),
		Logger: zap.New(zapcore.NewCore(encoder, zapcore.AddSync(io.Discard), zap.InfoLevel)),
	}
}
