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
	listen program.Address
	pprof  program.Address // its HostPort is empty when profiles are off
	dir    string          // empty for a temporary one
	rate   float64         // operations a second
	engine engine
	target program.Target // of an engine that is a server
	fault  fault.Fault
	native bool          // histograms, too
	watch  bool          // by a Prometheus of its own
	drain  time.Duration // from not ready to the end
}

// maxRate is beyond what one process serves, and finds slips of the keyboard.
const maxRate = 1e6

// parse reads the command line. The error is flag.ErrHelp when the user asked
// for help, which is printed then; any other error is one line for the user.
func parse(args []string, stderr io.Writer) (config, error) {
	c := config{listen: program.Address{Flag: "-listen"}, pprof: program.Address{Flag: "-pprof"}}
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.StringVar(&c.listen.HostPort, "listen", "127.0.0.1:8080", "serve metrics and probes on this `address`; port 0 is a free one")
	flags.StringVar(&c.pprof.HostPort, "pprof", "127.0.0.1:6060", "serve profiles on this `address`, host:port or unix:/path, and capture evidence of what is slow or fails; empty turns both off")
	flags.StringVar(&c.dir, "dir", "", "keep the store, if it is in this program, and evidence in this `directory`; without it, in a temporary one")
	c.target.Flags(flags)
	flags.Float64Var(&c.rate, "rate", 2000, "make this many `operations` a second")
	flags.BoolVar(&c.native, "native", false, "add native histograms, for a Prometheus that scrapes protobuf and ingests them")
	flags.BoolVar(&c.watch, "watch", false, "run a Prometheus beside it that scrapes it, with alerting rules; prometheus has to be on the path")
	flags.DurationVar(&c.drain, "drain", time.Second, "on SIGTERM, serve on for this `time` while /readyz says no, for load balancers to see it; the program ends within 10s more")
	name := flags.String("engine", "pebble", "the `engine` of the store: "+engineNames())
	kind := flags.String("fault", fault.None.String(), fault.Help())

	given, err := program.Parse(flags, args, stderr)
	if err != nil {
		return c, err
	}
	c.listen.Given, c.pprof.Given = given["listen"], given["pprof"]
	if given["dir"] && c.dir == "" {
		return c, errors.New("-dir is empty: name a directory, or leave the flag out for a temporary one")
	}
	if !(c.rate > 0 && c.rate <= maxRate) { // false for NaN, too
		return c, fmt.Errorf("-rate is %v: use a number of operations a second above 0, at most %.0f", c.rate, float64(maxRate))
	}
	if c.drain < 0 {
		return c, fmt.Errorf("-drain is %v: use a time such as 5s, or 0 to stop at once", c.drain)
	}
	if c.engine, err = engineNamed(*name); err != nil {
		return c, err
	}
	if err := c.target.Check(c.engine.name, c.engine.remote); err != nil {
		return c, err
	}
	if c.fault, err = fault.Parse(*kind); err != nil {
		return c, fmt.Errorf("-fault: %w", err)
	}
	if err := fault.Check(c.engine.name, c.fault); err != nil {
		return c, err
	}
	if err := c.listen.Check(); err != nil {
		return c, err
	}
	return c, c.pprof.CheckProfiles()
}
