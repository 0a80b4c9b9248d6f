package main

import (
	"fmt"
	"io"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/examples/internal/watcher"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// greet tells a person where to look.
func greet(stderr io.Writer, c config, dir string, obs *observe.Observer, faults *fault.Switch, server *watcher.Server) {
	url := "http://" + program.Reachable(obs.Addr())
	evidence := ""
	files := c.pprof.Evidence(dir)
	if files != "" {
		evidence = `  go tool trace "$(ls ` + files + `/*-flight-slow-* | tail -1)"    # after kind=slow: the seconds before it` + "\n"
		if c.dir == "" {
			evidence += "\n" + c.goes() + "\n"
		}
	}
	where := "in " + dir
	if c.engine.remote {
		where = "at " + c.target.String() + ", where its keys begin with " + c.engine.prefix + " and stay"
	}
	watching := ""
	if server != nil {
		watching = fmt.Sprintf("  %s/alerts   Prometheus, which scrapes it every %v; /graph for queries\n", server.URL, watcher.Every)
	}
	fmt.Fprintf(stderr, `quickstart: a store of the engine %[8]s %[1]s, about %.4[2]g operations a second, fault %[3]v

  %[4]s/          everything, to click
  %[4]s/metrics   for Prometheus
  %[4]s/readyz    200 ready, or 503 and why; ?verbose for each check
%[5]s%[9]s
Try next:

  curl -s %[4]s/metrics | grep kvdb_requests_total
  curl -s -H 'Accept: application/openmetrics-text' %[4]s/metrics | grep trace_id    # exemplars
  curl -X POST '%[4]s/fault?kind=errors'    # or %[7]s; watch the log lines and /readyz, then kind=none
  curl -X PUT '%[4]s/loglevel?level=debug&for=1m'    # a line for every operation
%[6]s
Stop with Ctrl-C.
`, where, c.rate, c.fault, url, program.Greeting(obs, files), evidence, faults.Others(), c.engine.name, watching)
}

// goes says what is not there after the end.
func (c config) goes() string {
	if c.engine.remote {
		return "The directory of the evidence is removed at the end; -dir keeps it."
	}
	return "The directory is removed at the end; -dir keeps store and evidence."
}
