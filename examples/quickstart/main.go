// Quickstart is an instrumented key-value store to look at: Pebble in a
// directory of its own, wrapped by package instrument, under the load of a
// small web shop.
//
//	go run ./examples/quickstart [-listen 127.0.0.1:8080] [-pprof 127.0.0.1:6060] [-dir DIR] [-rate 2000] [-fault none]
//
// It writes JSON log lines to standard output, and what a person reads, the
// URLs first of all, to standard error. It runs until SIGINT or SIGTERM and then
// exits with 0; with 2 for wrong usage and with 1 when it cannot run.
//
// Read program.go first: it is the whole program in one function. The rest is
// one file a noun.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stderr))
}
