// Quickstart is an instrumented key-value store to look at: Pebble, bbolt or Badger, in a
// directory of its own, or a Redis server that is there, wrapped by package instrument, under
// the load of a small web shop.
//
//	go run ./examples/quickstart [-listen 127.0.0.1:8080] [-pprof 127.0.0.1:6060] [-dir DIR] [-rate 2000]
//		[-engine pebble|bolt|badger|redis] [-target ADDR] [-master NAME] [-heartbeat KEY]
//		[-fault none] [-native] [-watch] [-drain 1s]
//
// It writes JSON log lines to standard output, and what a person reads, the
// URLs first of all, to standard error. It runs until SIGINT or SIGTERM, says on
// /readyz that it wants no more traffic, serves what still comes for the time
// of -drain, and exits with 0; a second signal ends it at once. Ten seconds after the
// time of -drain it has ended, whatever hangs, with status 1 if it is the store. It exits with 2
// for wrong usage and with 1 when it cannot run.
//
// With -engine redis the store is the server at -target: an address, a URL, nodes of a cluster
// or, with -master, sentinels. The keys of the shop begin with {quickstart}: there, and stay.
// -heartbeat names a key by which the lags of replicas are measured.
//
// With -native the durations of operations are native histograms as well, for a
// Prometheus that scrapes protobuf and ingests them.
//
// With -watch a Prometheus runs beside it, if one is on the path: it scrapes the program, has
// this repository's rules, listens on this machine only, and ends with the program.
//
// It fails on purpose with -fault, or with POST /fault?kind=; -help lists the kinds,
// and which engine can have them.
//
// Profiles are on the address of -pprof. Beside them, the program leaves files of
// evidence in the directory profiles of the store's: an execution trace of the
// seconds before an operation that was slow, and goroutines, heap, trace and CPU
// when a check begins to fail. To be read from other machines, profiles need a
// token, in the variable OTELKV_PPROF_TOKEN.
//
// Read program.go first: it is the whole program in one function. The rest is
// one file a noun.
package main

import (
	"os"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/examples/internal/watcher"
)

func main() {
	if status, keeper := watcher.Keep(); keeper {
		os.Exit(status)
	}
	os.Exit(run(program.UntilSignal(), os.Args[1:], os.Stderr))
}
