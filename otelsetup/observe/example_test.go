package observe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// A program with one store.
func ExampleWrap() {
	ctx := context.Background()
	store, obs, err := observe.Wrap(ctx, kvdb.NewMemory(nil), observe.WithServiceName("shop"), observe.WithAddress("127.0.0.1:0"),
		observe.WithDrain(0), observe.WithTelemetryOptions(otelsetup.WithLogWriter(io.Discard)))
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Put(ctx, []byte("key"), []byte("value")); err != nil {
		log.Print(err)
	}
	show(obs, "/metrics", "kvdb_requests_total{", `kvdb_outcome="ok"} 1`)
	show(obs, "/healthz", "", "")
	fmt.Println(errors.Join(obs.Drain(ctx), store.Close(), obs.Shutdown(ctx)))
	// Output:
	// kvdb_requests_total{db_namespace="memory",db_operation_name="put",db_system_name="memory",kvdb_outcome="ok"} 1
	// alive
	// <nil>
}

// A program with two stores, which serves everything from a mux of its own.
func ExampleObserver_Wrap() {
	ctx := context.Background()
	mux := http.NewServeMux()
	obs, err := observe.Start(ctx, observe.WithMux(mux), observe.WithProfiles(""), observe.WithStoreOptions(instrument.WithSizes()),
		observe.WithTelemetryOptions(otelsetup.WithLogWriter(io.Discard)))
	if err != nil {
		log.Fatal(err)
	}
	defer obs.Shutdown(ctx)
	for _, namespace := range []string{"users", "orders"} {
		store, err := obs.Wrap(kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: namespace}))
		if err != nil {
			log.Fatal(err)
		}
		defer store.Close()
	}
	for _, s := range obs.Health().States() {
		fmt.Println(s.Name)
	}
	// Output:
	// scheduler
	// log
	// memory
	// database
	// operations
	// orders database
	// orders operations
}

// show prints the lines of an answer that have a beginning and an end.
func show(obs *observe.Observer, path, begin, end string) {
	text, err := answerOf("http://" + obs.Addr().String() + path)
	if err != nil {
		fmt.Println(err)
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if bytes.HasPrefix(line, []byte(begin)) && bytes.HasSuffix(line, []byte(end)) {
			fmt.Println(string(line))
		}
	}
}

func answerOf(url string) ([]byte, error) {
	defer http.DefaultClient.CloseIdleConnections()
	res, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}
