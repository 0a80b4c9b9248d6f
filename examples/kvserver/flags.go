package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/otelkv/otelkv/examples/internal/fault"
	"github.com/otelkv/otelkv/examples/internal/program"
)

// config is what the command line says.
type config struct {
	listen    program.Address
	admin     program.Address
	pprof     program.Address // its HostPort is empty when profiles are off
	engine    engine
	target    program.Target // of an engine that is a server
	dir       string         // empty for a temporary one
	sync      bool
	telemetry bool
	traces    int  // commands a second that are traced
	native    bool // histograms, too
	fault     fault.Fault
	drain     time.Duration // from not ready to the end
	memory    size          // for clients
	clients   int           // 0 for as many as there is room for
	has       capacity
}

// defaultMemory is that of -memory.
const defaultMemory = 128 << 20

// parse reads the command line. The error is flag.ErrHelp when the user asked
// for help, which is printed then; any other error is one line for the user.
func parse(args []string, stderr io.Writer) (config, error) {
	c := config{listen: program.Address{Flag: "-listen"}, admin: program.Address{Flag: "-admin"}, pprof: program.Address{Flag: "-pprof", Given: true}}
	flags := flag.NewFlagSet("kvserver", flag.ContinueOnError)
	flags.StringVar(&c.listen.HostPort, "listen", "127.0.0.1:6380", "serve Redis clients on this `address`; port 0 is a free one")
	flags.StringVar(&c.admin.HostPort, "admin", "127.0.0.1:8080", "serve metrics and probes on this `address`; port 0 is a free one")
	flags.StringVar(&c.pprof.HostPort, "pprof", "", "serve profiles on this `address`, host:port or unix:/path, and capture evidence of what is slow or fails beside the store; without it, neither")
	name := flags.String("engine", "pebble", "the `engine` below: "+engineNames()+"; keys do not expire in "+noExpiry()+", where SET with EX or PX is an error, and in the others it is one in a transaction"+allLacks())
	flags.StringVar(&c.dir, "dir", "", "keep the store in this `directory`; without it, in a temporary one; "+noFiles()+" have none")
	c.target.Flags(flags)
	c.memory = defaultMemory
	flags.Var(&c.memory, "memory", "the `size` of what clients send, ask for and have the server remember, and of the cache and tables of engine pebble, a quarter of it; half of it bounds the number of clients; what does not fit is refused with an error; data of engine memory is not in it, nor what engine redis answers until it has come; besides, "+defaultLimits.protocol())
	flags.IntVar(&c.clients, "maxclients", 0, fmt.Sprintf("serve at most this `number` of clients at a time; 0 is %d, or as many as -memory and the limit of open files have room for", defaultClients))
	flags.BoolVar(&c.sync, "sync", true, "answer a write only when it is on the disk, where there is one; of engine redis its own configuration decides")
	flags.BoolVar(&c.telemetry, "telemetry", true, "instrument the store; false is the bare one, and no metrics")
	flags.IntVar(&c.traces, "traces", 10, "trace at most this `number` of commands a second, for exemplars and for log lines with a trace id; 0 is none")
	flags.BoolVar(&c.native, "native", false, "add native histograms, for a Prometheus that scrapes protobuf and ingests them")
	flags.DurationVar(&c.drain, "drain", 5*time.Second, "on SIGTERM, serve on for this `time` while /readyz says no, for load balancers to see it; the program ends within 10s more")

	kind := flags.String("fault", fault.None.String(), fault.Help())

	given, err := program.Parse(flags, args, stderr)
	if err != nil {
		return c, err
	}
	c.listen.Given, c.admin.Given = given["listen"], given["admin"]
	if given["dir"] && c.dir == "" {
		return c, errors.New("-dir is empty: name a directory, or leave the flag out for a temporary one")
	}
	if c.engine, err = engineNamed(*name); err != nil {
		return c, err
	}
	if err := c.target.Check(c.engine.name, c.engine.remote); err != nil {
		return c, err
	}
	if given["dir"] && !c.engine.files {
		return c, fmt.Errorf("-dir: engine %s keeps no files: leave the flag out", c.engine.name)
	}
	if err := checkClients(c.clients); err != nil {
		return c, err
	}
	if err := checkMemory(int(c.memory), c.engine); err != nil {
		return c, err
	}
	if c.fault, err = fault.Parse(*kind); err != nil {
		return c, fmt.Errorf("-fault: %w", err)
	}
	if err := fault.Check(c.engine.name, c.fault); err != nil {
		return c, fmt.Errorf("-fault: %w", err)
	}
	if err := c.checkTelemetry(given); err != nil {
		return c, err
	}
	if c.drain < 0 {
		return c, fmt.Errorf("-drain is %v: use a time such as 5s, or 0 to stop at once", c.drain)
	}
	return c, errors.Join(c.listen.Check(), c.admin.Check(), c.pprof.CheckProfiles())
}

// maxTraces is beyond what anybody reads, and finds slips of the keyboard.
const maxTraces = 1000

// checkTelemetry settles what telemetry there is besides metrics.
func (c *config) checkTelemetry(given map[string]bool) error {
	if c.traces < 0 || c.traces > maxTraces {
		return fmt.Errorf("-traces is %d: use a number of commands a second, at most %d, or 0 for none", c.traces, maxTraces)
	}
	if c.telemetry {
		return nil
	}
	switch {
	case given["traces"] && c.traces > 0:
		return errors.New("-traces: nothing is traced with -telemetry=false: leave one of them out")
	case c.native:
		return errors.New("-native: there are no metrics with -telemetry=false: leave one of them out")
	}
	c.traces = 0
	return nil
}
