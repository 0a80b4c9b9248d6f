package main

import (
	"fmt"
	"io"
	"net"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// greet tells a person where to look.
func greet(stderr io.Writer, c config, dir string, redis net.Listener, obs *observe.Observer, faults *fault.Switch) {
	where, goes := "", ""
	if c.engine.files {
		where = " in " + dir
		if c.dir == "" {
			goes = "The directory is removed at the end; -dir keeps it.\n\n"
		}
	}
	if c.engine.remote {
		where = " at " + c.target.String()
	}
	host, port, _ := net.SplitHostPort(program.Reachable(redis.Addr()))
	url := "http://" + program.Reachable(obs.Addr())
	telemetry, metrics, try := "without telemetry", "", ""
	if c.telemetry {
		telemetry = "instrumented"
		metrics = "  " + url + "/metrics   for Prometheus\n"
		try = "  curl -s " + url + "/metrics | grep kvdb_requests_total\n"
		if c.traces > 0 {
			try += "  curl -s -H 'Accept: application/openmetrics-text' " + url + "/metrics | grep trace_id    # exemplars\n"
		}
	}
	try += "  curl -X POST '" + url + "/fault?kind=errors'    # or " + faults.Others() + "; then kind=none\n"
	limits := fmt.Sprintf("At most %d clients (-maxclients), and %v for what they send, ask for and have the server remember (-memory).\n", c.has.clients, c.memory)
	limits += "Besides, " + defaultLimits.protocol() + ".\n"
	if c.engine.inMemory() {
		limits += "The data of engine " + c.engine.name + " is in memory besides that, as much as there is.\n"
	}
	if c.engine.remote {
		limits += "What engine " + c.engine.name + " answers is not counted until it has come.\n"
	}
	limits += c.engine.expiry() + ".\n"
	for _, says := range []string{c.engine.lacks(), c.engine.shared()} {
		if says != "" {
			limits += says + ".\n"
		}
	}
	fmt.Fprintf(stderr, `kvserver: engine %s%s, %s, for Redis clients at %s:%s

%[7]s  %[6]s/readyz    200 ready, or 503 and why
%[9]s
Try next:

  redis-cli -h %[4]s -p %[5]s set hello world
  redis-benchmark -h %[4]s -p %[5]s -t set,get -n 200000 -c 50 -P 16
%[8]s
%[11]s
%[10]sStop with Ctrl-C.
`, c.engine.name, where, telemetry, host, port, url, metrics, try, program.Greeting(obs, c.pprof.Evidence(dir)), goes, limits)
}
