// Package demo is a small database under load, for an example that shows what
// is built around one: Pebble in a temporary directory, four clients, and
// everything that the example makes of it on one address.
package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
)

// A Monitor is what the example builds. It is told what the clients do, and
// answers over HTTP.
type Monitor interface {
	http.Handler
	RecordOperation(operation string, d time.Duration, err error)
	UpdateConnections(n int64)
	UpdateMemory(bytes int64)
	Close() error
}

const (
	listen = "127.0.0.1:8080"

	// longestAnswer leaves time for a CPU profile.
	longestAnswer = 70 * time.Second
)

// Main is the program: Run until SIGINT or SIGTERM. A second signal ends it at
// once.
func Main(name string, build func(store kvdb.Store, dir string) (Monitor, error)) {
	os.Exit(Run(program.UntilSignal(), name, os.Args[1:], os.Stderr, build)) //nolint:revive // it is all of the caller's main
}

// Run builds the monitor of a store, which may keep files in dir, puts the store under
// load until ctx is done, and returns the exit status.
func Run(
	ctx context.Context, name string, args []string, stderr io.Writer, build func(store kvdb.Store, dir string) (Monitor, error),
) int {
	stderr = program.Console(stderr)
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	a := program.Address{Flag: "-listen"}
	flags.StringVar(&a.HostPort, "listen", listen, "serve on this `address`; port 0 is a free one")
	given, err := program.Parse(flags, args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err = errors.Join(err, a.Check()); err != nil {
		program.Warn(stderr, name, err)
		return 2
	}
	a.Given = given["listen"]
	if err := serve(ctx, name, a, stderr, build); err != nil {
		program.Warn(stderr, name, err)
		return 1
	}
	return 0
}

func serve(
	ctx context.Context, name string, a program.Address, stderr io.Writer, build func(kvdb.Store, string) (Monitor, error),
) (err error) {
	closing := func(end func() error) { err = errors.Join(err, end()) }

	l, err := a.Listen(ctx, name, stderr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // if no server has done it
	dir, err := program.OpenDirectory("", "otelkv-"+name+"-")
	if err != nil {
		return err
	}
	defer closing(dir.Remove)
	store, err := kvpebble.Open(filepath.Join(dir.Path, "store"), &kvpebble.OpenOptions{NoSync: true, Namespace: name})
	if err != nil {
		return err
	}
	closeStore := sync.OnceValue(store.Close)
	defer closing(closeStore)

	evidence := filepath.Join(dir.Path, "evidence")
	m, err := build(store, evidence)
	if m != nil {
		defer func() {
			// Lines that nobody reads any more are no reason to fail.
			if e := m.Close(); e != nil {
				program.Warn(stderr, name, e)
			}
		}()
	}
	if err != nil {
		return err
	}
	web := program.ServeHTTP(l, newMux(m, closeStore), longestAnswer, zap.NewNop())
	defer web.Stop()
	loading, stop := context.WithCancel(ctx)
	load := startLoad(loading, store, m)
	defer load.Wait()
	defer stop()

	url := "http://" + program.Reachable(l.Addr())
	fmt.Fprintf(stderr, `%s: a Pebble store under load; evidence goes to %s

  curl -s %[3]s/metrics | grep ^kvdb_
  curl -s %[3]s/readyz
  go tool pprof -top '%[3]s/debug/pprof/profile?seconds=5'
  curl -X POST %[3]s/close    # the store; watch the log lines and /readyz

Stop with Ctrl-C.
`, name, evidence, url)
	select {
	case <-ctx.Done():
		return nil
	case err := <-web.Failure():
		return err
	}
}

// newMux adds to the monitor a way to break the store.
func newMux(m Monitor, closeStore func() error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", m)
	mux.HandleFunc("POST /close", func(w http.ResponseWriter, _ *http.Request) {
		if err := closeStore(); err != nil {
			program.Answer(w, http.StatusInternalServerError, err.Error())
			return
		}
		program.Answer(w, http.StatusOK, "closed")
	})
	// A page that the user looks at in another tab must not close the store.
	return http.NewCrossOriginProtection().Handler(mux)
}
