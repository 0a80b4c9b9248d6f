package main

import (
	"fmt"
	"io"
	"net"

	"github.com/otelkv/otelkv/examples/internal/program"
)

// greet tells a person where to look.
func greet(stderr io.Writer, c config, dir string, web, profiles net.Listener) {
	url := "http://" + program.Reachable(web)
	fmt.Fprintf(stderr, `quickstart: a Pebble store in %s, about %.4g operations a second, fault %v

  %[4]s/          everything, to click
  %[4]s/metrics   for Prometheus
  %[4]s/readyz    200 ready, or 503 and why
`, dir, c.rate, c.fault, url)
	if profiles != nil {
		fmt.Fprintf(stderr, "  http://%s/debug/pprof/   profiles\n", program.Reachable(profiles))
	}
	fmt.Fprintf(stderr, `
Try next:

  curl -s %[1]s/metrics | grep kvdb_requests_total
  curl -s -H 'Accept: application/openmetrics-text' %[1]s/metrics | grep trace_id    # exemplars
  curl -X POST '%[1]s/fault?kind=errors'    # or slow; watch the log lines and /readyz, then kind=none

Stop with Ctrl-C.
`, url)
}
