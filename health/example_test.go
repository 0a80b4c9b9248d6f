package health_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
)

// The program is ready when its store answers and its disk has room, alive
// while its loop goes round.
func Example() {
	store := kvdb.NewMemory(nil)
	defer store.Close()

	h, err := health.New(health.WithChecks(
		health.Ping("database", store).Every(time.Second),
		health.Disk("disk", os.TempDir(), &health.Limits{Warn: 1, Fail: 1}),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	loop, err := h.Heartbeat("flush loop", 30*time.Second)
	if err != nil {
		fmt.Println(err)
		return
	}
	loop.Beat() // on each turn

	mux := http.NewServeMux()
	h.Mount(mux)
	waitUntil(h.Ready)
	for _, path := range []string{"/healthz", "/readyz", "/readyz?verbose"} {
		fmt.Print(path, "\n", ask(mux, path))
	}
	// Output:
	// /healthz
	// 200 alive
	// /readyz
	// 200 ready
	// /readyz?verbose
	// 200 [+] database: pass
	// [+] disk: pass
	// ready
}

// StoreChecks asks a store what it can be asked for. Here it answers to pings
// alone.
func ExampleStoreChecks() {
	store := kvdb.NewMemory(nil)
	h, err := health.New(health.WithChecks(health.StoreChecks(store, 10*time.Millisecond)...))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	waitUntil(h.Ready)
	fmt.Println(h.Answer(health.Readiness))

	store.Close()
	waitUntil(func() bool { return !h.Ready() })
	fmt.Println(h.Answer(health.Readiness))
	// Output:
	// true ready
	// false database down
}

// A check of one's own: a queue that is nearly full warns, a full one fails.
func ExampleCheck() {
	depth, limit := 80, 100
	queue := health.Check{
		Name:     "queue",
		Reason:   "queue full",
		Interval: time.Second,
		Run: func(context.Context) error {
			err := fmt.Errorf("%d of %d jobs wait", depth, limit)
			switch {
			case depth >= limit:
				return err
			case depth > limit/2:
				return health.Warn(err)
			default:
				return nil
			}
		},
	}
	h, err := health.New(health.WithChecks(queue))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	waitUntil(h.Ready)
	mux := http.NewServeMux()
	h.Mount(mux)
	fmt.Print(ask(mux, "/readyz?verbose"))
	// Output:
	// 200 [!] queue: warn (queue degraded)
	// ready
}

// A check for liveness that goes over a network is refused: it would restart
// the program when the network fails.
func ExampleHealth_Register() {
	h, err := health.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	fmt.Println(h.Register(health.TCP("queue", "127.0.0.1:5672").For(health.Liveness)))
	// Output:
	// health: check "queue": a check over a network would restart the program when the network fails: leave out Liveness, or set NetworkLiveness
}

// A program can ask itself what its probes would answer.
func ExampleHealth_Answer() {
	h, err := health.New(health.WithChecks(health.Check{
		Name:     "cache",
		Reason:   "cache cold",
		Interval: time.Hour,
		Run:      func(context.Context) error { return errors.New("3 of 100 entries") },
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	waitUntil(func() bool { return !h.States()[1].Ended.IsZero() })
	fmt.Println(h.Answer(health.Readiness))
	fmt.Println(h.Answer(health.Liveness))
	// Output:
	// false cache cold
	// true alive
}

// On SIGTERM the program says that it is not ready, gives load balancers time
// to see it, and stops its server then.
func ExampleHealth_Drain() {
	h, err := health.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	mux := http.NewServeMux()
	h.Mount(mux)
	server := httptest.NewServer(mux)
	defer server.Close()

	if err := h.Drain(context.Background(), 10*time.Millisecond); err != nil {
		fmt.Println(err)
	}
	fmt.Print(ask(mux, "/readyz"), ask(mux, "/healthz"))
	if err := server.Config.Shutdown(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 503 draining
	// 200 alive
}

// Traffic judges the operations that a store serves anyway.
func ExampleTraffic() {
	var succeeded, failed uint64 = 1000, 0
	database := health.Traffic("database", func() (uint64, uint64) { return succeeded, failed }, nil)
	fmt.Println(database.Run(context.Background()))
	succeeded, failed = succeeded+900, failed+100
	fmt.Println(database.Run(context.Background()))
	// Output:
	// <nil>
	// 100 of 1000 operations failed
}

// A hook sees each change of a check, for example to write a profile.
func ExampleWithOnTransition() {
	changes := make(chan health.Transition, 1)
	h, err := health.New(
		health.WithOnTransition(func(_ context.Context, t health.Transition) { changes <- t }),
		health.WithChecks(health.Check{
			Name:     "license",
			Interval: time.Hour,
			Run:      func(context.Context) error { return errors.New("it has ended") },
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	t := <-changes
	fmt.Printf("%s: %v, was %v: %s\n", t.Name, t.Status, t.From, t.Reason)
	// Output:
	// license: fail, was unknown: license failed
}

func ask(mux *http.ServeMux, path string) string {
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return fmt.Sprintf("%d %s", w.Code, w.Body)
}

func waitUntil(ready func() bool) {
	for !ready() {
		<-time.After(time.Millisecond)
	}
}

// The report of a failing check belongs beside its profiles: see
// pprofx.WithHealthReport.
func ExampleHealth_Report() {
	h, err := health.New(health.WithChecks(health.Check{
		Name: "queue", Interval: time.Hour, Run: func(context.Context) error { return health.Warn(errors.New("80 of 100")) },
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	waitUntil(func() bool { return !h.States()[1].Ended.IsZero() })

	var report struct {
		Status string
		Checks map[string][]struct{ Status, Kind, Output string }
	}
	if err := json.Unmarshal(h.Report(), &report); err != nil {
		fmt.Println(err)
	}
	fmt.Println(report.Status, report.Checks["queue"])
	// Output: warn [{warn readiness 80 of 100}]
}

// A loop of the program tells that it goes round. When it has been silent for
// longer than that, the program is not alive.
func ExampleHealth_Heartbeat() {
	h, err := health.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	loop, err := h.Heartbeat("consumer", time.Minute)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 { // messages
		loop.Beat()
	}
	fmt.Println(h.Alive())
	// Output: true
}
