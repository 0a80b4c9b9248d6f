// Plot draws what the report has measured: the cost of a Get beside the rivals
// and across cores, and what that is of a core at so many operations a second.
//
//	go run ./benchmarks/report -json > report.json
//	go run ./benchmarks/plot [-o docs/img/costs.svg] report.json ...
//
// Several reports, each made with another GOMAXPROCS, add bars for their
// numbers of cores; where two have the same, the first counts. It exits with 2
// for wrong usage and 1 when it cannot read or write.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

func run(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("plot", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("o", "docs/img/costs.svg", "write the picture into this `file`")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(stderr, "plot: name a report that benchmarks/report -json wrote")
		return 2
	}
	if err := plot(flags.Args(), *out); err != nil {
		fmt.Fprintln(stderr, "plot:", err)
		return 1
	}
	return 0
}

func plot(reports []string, out string) error {
	c := new(costs)
	for _, path := range reports {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := c.add(text); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	var picture bytes.Buffer
	draw(&picture, c)
	return os.WriteFile(out, picture.Bytes(), 0o644) //nolint:gosec // a picture for everybody
}
