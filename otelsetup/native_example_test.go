package otelsetup_test

import (
	"context"
	"fmt"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
)

func ExampleWithNativeHistograms() {
	tel, err := otelsetup.Start(context.Background(), otelsetup.WithNativeHistograms())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tel.Shutdown(context.Background())
	store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	_ = store.Put(context.Background(), []byte("key"), []byte("value"))

	// What a scrape of protobuf brings.
	families, err := tel.PrometheusGatherer().Gather()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if h := m.GetHistogram(); h.GetSchema() != 0 && h.GetSampleCount() > 0 {
				fmt.Println(family.GetName())
				fmt.Println(h.GetSampleCount(), "operation,", len(h.GetBucket()), "classic buckets, schema", h.GetSchema())
			}
		}
	}
	// Output:
	// db_client_operation_duration_seconds
	// 1 operation, 15 classic buckets, schema 3
}
