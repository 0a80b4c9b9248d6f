package main

import (
	"fmt"
	"io"
	"net"

	"github.com/otelkv/otelkv/examples/internal/program"
)

// greet tells a person where to look.
func greet(stderr io.Writer, c config, dir string, redis, web net.Listener) {
	where, telemetry := " in "+dir, "instrumented"
	if !c.engine.files {
		where = ""
	}
	if !c.telemetry {
		telemetry = "without telemetry"
	}
	host, port, _ := net.SplitHostPort(program.Reachable(redis))
	url := "http://" + program.Reachable(web)
	fmt.Fprintf(stderr, `kvserver: engine %s%s, %s, for Redis clients at %s:%s

  %[6]s/metrics   for Prometheus
  %[6]s/readyz    200 ready, or 503 and why

Try next:

  redis-cli -h %[4]s -p %[5]s set hello world
  redis-benchmark -h %[4]s -p %[5]s -t set,get -n 200000 -c 50 -P 16
  curl -s %[6]s/metrics | grep kvdb_requests_total

Stop with Ctrl-C.
`, c.engine.name, where, telemetry, host, port, url)
}
