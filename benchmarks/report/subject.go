package main

import (
	"context"
	"runtime"

	"github.com/otelkv/otelkv/benchmarks"
)

// The subjects. A decorator's cost is its time less that of the bare store.
const (
	clock             = "clock" // two reads around nothing
	bare              = "bare"
	otelkv            = "otelkv"
	otelkvSizes       = "otelkv_sizes"
	otelkvSampled     = "otelkv_sampled" // under a sampled parent, as is bareSpan
	clientGolang      = "client_golang"
	clientGolangEqual = "client_golang_equal"
	otelPrebuilt      = "otel_prebuilt"
	otelNaive         = "otel_naive"
	bareSpan          = "bare_span"

	parallel = "_parallel" // after the name of a subject that runs on all cores
)

// subjects returns all of them. Sampled is a context with a sampled span.
func subjects(ctx, sampled context.Context, stores *benchmarks.Stores) []subject {
	cores := runtime.GOMAXPROCS(0)
	key := benchmarks.Key
	return []subject{
		{clock, clockPairs, 1, short},
		{bare, gets(ctx, stores.Bare, key), 1, short},
		{otelkv, gets(ctx, stores.OTelKV, key), 1, short},
		{otelkvSizes, gets(ctx, stores.OTelKVSizes, key), 1, short},
		{clientGolang, gets(ctx, stores.ClientGolang, key), 1, short},
		{clientGolangEqual, gets(ctx, stores.ClientGolangEqual, key), 1, short},
		{otelPrebuilt, gets(ctx, stores.OTelPrebuilt, key), 1, short},
		{otelNaive, gets(ctx, stores.OTelNaive, key), 1, long},
		{otelkvSampled, gets(sampled, stores.OTelKV, key), 1, long},
		{bareSpan, gets(sampled, stores.BareSpan, key), 1, long},
		{bare + parallel, gets(ctx, stores.Bare, key), cores, short},
		{otelkv + parallel, gets(ctx, stores.OTelKV, key), cores, short},
		{clientGolang + parallel, gets(ctx, stores.ClientGolang, key), cores, short},
		{clientGolangEqual + parallel, gets(ctx, stores.ClientGolangEqual, key), cores, short},
		{otelPrebuilt + parallel, gets(ctx, stores.OTelPrebuilt, key), cores, short},
		{otelNaive + parallel, gets(ctx, stores.OTelNaive, key), cores, long},
	}
}
